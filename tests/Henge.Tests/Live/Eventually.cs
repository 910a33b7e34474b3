using Xunit;

namespace Henge.Tests.Live;

/// <summary>Waits for what can be observed, never for time to pass: polls a condition until a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns when the condition holds; fails the test after the deadline, 15 seconds unless told.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, string what, double seconds = 15)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(seconds));
        using PeriodicTimer pause = new(_pause);
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"not within {seconds} s: {what}");
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
