using System.Diagnostics;

using Henge.Commands;
using Henge.Embedding;
using Henge.Entries;
using Henge.Entries.Counters;

namespace Henge.Caching.Engine;

/// <summary>Counters of an application. They are changed by their owner alone, and nothing of them is guessed here.
/// Thread safe.</summary>
/// <param name="engine">The engine.</param>
internal sealed class CounterCalls(CacheEngine engine)
{
    private static readonly CounterOptions s_usual = new();

    /// <summary>Adds to a counter, and brings the sum.</summary>
    /// <exception cref="ArgumentException">Key or options cannot be.</exception>
    /// <exception cref="HengeException">It was not changed, or that is not known.</exception>
    public async ValueTask<long> AddAsync(
        string key, long delta, CounterOptions? options, CancellationToken cancellationToken)
    {
        options ??= s_usual;
        byte[] bytes = engine.Keys.Encode(key, stackalloc byte[CacheKeys.OnStack]).ToArray();
        long ttlMs = options.Expiration is { } expiration ? Policy.Milliseconds(expiration) : 0;
        var write = new EntryWrite(new Lifetime(ttlMs, 0, 0)) { Tags = Policy.ListOf(options.Tags, engine.Mark) };
        var change = new CounterChange(delta, options.Initial);
        cancellationToken.ThrowIfCancellationRequested();
        NodeEntries entries = engine.Node.Entries;
        if (!entries.TryAdd(bytes, change, write, out EntryAnswer answer))
        {
            answer = await entries.AddAsync(bytes, change, write, cancellationToken).ConfigureAwait(false);
        }
        engine.First?.Remove(key);
        return answer.Status == EntryStatus.Done && Numbers.TryParse(answer.Value, out long sum)
            ? sum : throw Failed(answer.Status);
    }

    private static Exception Failed(EntryStatus status) => status switch
    {
        EntryStatus.WrongType => HengeException.Of(HengeFailure.WrongType),
        EntryStatus.NotANumber => HengeException.Of(HengeFailure.NotANumber),
        EntryStatus.Overflow => HengeException.Of(HengeFailure.Overflow),
        EntryStatus.NoRoom => HengeException.Of(HengeFailure.NoRoom),
        _ => new UnreachableException($"A counter was answered with {status}."),
    };
}
