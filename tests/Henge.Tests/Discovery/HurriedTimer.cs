namespace Henge.Tests.Discovery;

/// <summary>A timer of <see cref="HurriedTime"/>, which has fired already.</summary>
internal sealed class HurriedTimer : ITimer
{
    public bool Change(TimeSpan dueTime, TimeSpan period) => false;

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
