using System.Collections.Concurrent;

using Henge.Caching;

namespace Henge.Witness;

/// <summary>Many callers of one missing key at once, and a factory that works until it is told to end.</summary>
internal sealed class Fills(HengeCache cache)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ends = [];

    /// <summary>
    /// Callers begin. Says <c>waiting</c> when all of them wait, <c>factory</c> for each call of the factory, and
    /// <c>filled</c> with what they got, each value once, when all have ended.
    /// </summary>
    public void Begin(string key, int callers, string value)
    {
        TaskCompletionSource end = EndOf(key);
        Task<string>[] calls = [.. Enumerable.Range(0, callers).Select(_ => Task.Run(() => cache.GetOrCreateAsync(
            key,
            async (_, _) =>
            {
                Console.WriteLine($"factory {key}");
                await end.Task;
                return value;
            }).AsTask()))];
        _ = TellAsync(key, calls);
    }

    /// <summary>The factory of a key may end.</summary>
    public void Go(string key) => EndOf(key).TrySetResult();

    private static async Task TellAsync(string key, Task<string>[] calls)
    {
        try
        {
            string[] values = await Task.WhenAll(calls);
            Console.WriteLine($"filled {key} {values.Length} {string.Join(',', values.Distinct())}");
        }
        catch (Exception exception)
        {
            Console.WriteLine($"filled {key} 0 {exception.GetType().Name}: {exception.Message}");
        }
    }

    private TaskCompletionSource EndOf(string key) =>
        _ends.GetOrAdd(key, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
