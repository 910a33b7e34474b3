using Henge.Caching.Levels;
using Henge.Cluster.FirstLevels;
using Henge.Cluster.Lanes;
using Henge.Entries;

namespace Henge.Caching.Engine;

/// <summary>
/// Calls on many keys at once: what is here is read and written in place, and of the rest each owner is asked in one
/// message. Nothing is atomic over keys. Thread safe.
/// </summary>
/// <param name="engine">The engine.</param>
internal sealed class ManyKeys(CacheEngine engine)
{
    private HengeNode Node => engine.Node;

    /// <summary>Looks for values, and makes none.</summary>
    /// <param name="keys">The keys; one that is there twice counts once.</param>
    /// <param name="policy">Whether and how long the first level may keep them.</param>
    /// <param name="looksHere">Whether the first level may answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<CacheResults<T>> FindAsync<T>(
        IEnumerable<string> keys, Policy policy, bool looksHere, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var looks = new List<(string Key, CacheResult<T> Result)>();
        var asked = new List<(int At, byte[] Key)>();
        foreach (string key in keys.Distinct(StringComparer.Ordinal))
        {
            ArgumentNullException.ThrowIfNull(key, nameof(keys));
            if (!TryFindHere(key, policy, looksHere, out CacheResult<T> result, out byte[]? bytes))
            {
                asked.Add((looks.Count, bytes!));
            }
            looks.Add((key, result));
        }
        if (asked.Count > 0)
        {
            await AskAsync(looks, asked, policy, cancellationToken).ConfigureAwait(false);
        }
        var found = new Dictionary<string, T>(StringComparer.Ordinal);
        var missing = new List<string>();
        var unknown = new List<string>();
        foreach ((string key, CacheResult<T> result) in looks)
        {
            if (result.IsFound)
            {
                found[key] = result.Value!;
                continue;
            }
            (result.State == CacheState.Missing ? missing : unknown).Add(key);
        }
        return new CacheResults<T>(found, missing, unknown);
    }

    /// <summary>Stores values in place of what is there, all with one policy.</summary>
    /// <exception cref="HengeException">One was not stored, or that is not known.</exception>
    /// <exception cref="Exception">What the serializer throws; nothing was changed.</exception>
    public async ValueTask SetAsync<T>(
        IEnumerable<KeyValuePair<string, T>> values, Policy policy, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Codec<T> codec = engine.Codecs.Of<T>();
        var sets = new List<EntryOperation>();
        var removed = new List<byte[]>();
        var names = new List<string>();
        EntryWrite write = policy.Write;
        foreach ((string key, T value) in values)
        {
            if (engine.BytesOf(key) is not { } bytes)
            {
                engine.Meters?.Refused("key");
                continue;
            }
            names.Add(key);
            ReadOnlyMemory<byte>? written = codec.CanWrite(value) ? codec.Encode(value) : null;
            if (written is { } fits && fits.Length <= Node.Entries.MaxValueBytes)
            {
                sets.Add(new EntryOperation(Node, EntryVerb.Set, bytes, isAwaited: false)
                {
                    Write = write,
                    Value = fits,
                });
                continue;
            }
            engine.Meters?.Refused("value");
            removed.Add(bytes);
        }
        Outcome[] outcomes = await WriteAsync(sets, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < sets.Count; i++)
        {
            if (outcomes[i] == Outcome.Done && sets[i].Answer.Status != EntryStatus.Done)
            {
                engine.Meters?.Refused("value");
                removed.Add(sets[i].Key);
            }
        }
        Outcome[] deleted = await DeleteAsync(removed, cancellationToken).ConfigureAwait(false);
        names.ForEach(key => engine.First?.Remove(key));
        Check([.. outcomes, .. deleted]);
    }

    /// <summary>Removes what is stored under some keys.</summary>
    /// <exception cref="HengeException">One was not removed, or that is not known.</exception>
    public async ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string[] names = [.. keys.Distinct(StringComparer.Ordinal)];
        var removed = new List<byte[]>(names.Length);
        foreach (string key in names)
        {
            ArgumentNullException.ThrowIfNull(key, nameof(keys));
            engine.First?.Remove(key);
            if (engine.BytesOf(key) is { } bytes)
            {
                removed.Add(bytes);
            }
        }
        Outcome[] outcomes = await DeleteAsync(removed, cancellationToken).ConfigureAwait(false);
        foreach (string key in names)
        {
            engine.First?.Remove(key);
        }
        Check(outcomes);
    }

    private bool TryFindHere<T>(
        string key, Policy policy, bool looksHere, out CacheResult<T> result, out byte[]? bytes)
    {
        bytes = null;
        result = default;
        if (looksHere && engine.TryGetHere(key, out T value, out ulong version))
        {
            result = new CacheResult<T>(CacheState.Found, value, version);
            return true;
        }
        bytes = engine.BytesOf(key);
        if (bytes is null)
        {
            return true;
        }
        try
        {
            if (!Node.Kept.TryGet(bytes, out EntryAnswer answer, out Stamp stamp))
            {
                return false;
            }
            result = engine.ResultOf<T>(key, answer, stamp, policy);
        }
        catch (HengeException)
        {
            engine.Meters?.Troubled();
            result = new CacheResult<T>(CacheState.Unknown, default, 0);
        }
        return true;
    }

    private async ValueTask AskAsync<T>(
        List<(string Key, CacheResult<T> Result)> looks, List<(int At, byte[] Key)> asked, Policy policy,
        CancellationToken cancellationToken)
    {
        (Outcome Outcome, EntryAnswer Answer, Stamp Stamp)[] answers;
        try
        {
            answers = await Node.Kept.GetManyAsync([.. asked.Select(static ask => ask.Key)], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (HengeException)
        {
            answers = new (Outcome, EntryAnswer, Stamp)[asked.Count];
            Array.Fill(answers, (Outcome.NotDone, default, default));
        }
        for (int i = 0; i < answers.Length; i++)
        {
            int at = asked[i].At;
            string key = looks[at].Key;
            CacheResult<T> result = new(CacheState.Unknown, default, 0);
            if (answers[i].Outcome == Outcome.Done)
            {
                result = engine.ResultOf<T>(key, answers[i].Answer, answers[i].Stamp, policy);
            }
            else
            {
                engine.Meters?.Troubled();
            }
            looks[at] = (key, result);
        }
    }

    private ValueTask<Outcome[]> DeleteAsync(List<byte[]> keys, CancellationToken cancellationToken) => WriteAsync(
        [.. keys.Select(key => new EntryOperation(Node, EntryVerb.Delete, key, isAwaited: false))], cancellationToken);

    /// <summary>Right in the store while this node is alone, else by the owners.</summary>
    private async ValueTask<Outcome[]> WriteAsync(
        List<EntryOperation> operations, CancellationToken cancellationToken)
    {
        int done = 0;
        while (done < operations.Count && Node.Entries.TryWrite(operations[done]))
        {
            done++;
        }
        Outcome[] rest = done == operations.Count ? []
            : await Node.ManyCalls.RunAsync(operations[done..], cancellationToken).ConfigureAwait(false);
        return [.. Enumerable.Repeat(Outcome.Done, done), .. rest];
    }

    private static void Check(Outcome[] outcomes)
    {
        if (Array.Exists(outcomes, static outcome => outcome != Outcome.Done))
        {
            throw HengeException.Of(
                outcomes.Contains(Outcome.Unknown) ? HengeFailure.Uncertain : HengeFailure.OwnerAway);
        }
    }
}
