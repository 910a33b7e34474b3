namespace Henge.Tests.Caching;

/// <summary>A factory that counts its calls and can be held until it is let go.</summary>
internal sealed class CountedFactory<T>(T value)
{
    private readonly TaskCompletionSource _isCalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public bool IsHeld { get; init; }

    public Task Called => _isCalled.Task;

    public CancellationToken Token { get; private set; }

    public void LetGo() => _mayEnd.TrySetResult();

    public async ValueTask<T> CallAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        Token = cancellationToken;
        _isCalled.TrySetResult();
        if (IsHeld)
        {
            await _mayEnd.Task.WaitAsync(cancellationToken);
        }
        return value;
    }
}
