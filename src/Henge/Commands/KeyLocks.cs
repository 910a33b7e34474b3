using Henge.Storage;
using Henge.Storage.Shards;

namespace Henge.Commands;

/// <summary>Locks the shards of all keys of one command, so that it is one step for everybody else.</summary>
internal static class KeyLocks
{
    /// <summary>
    /// Locks for the keys at word <paramref name="first"/> and every <paramref name="step"/> words on.
    /// </summary>
    public static ShardsScope Take(in CommandContext context, int first, int step)
    {
        Store store = context.Store;
        CommandArguments words = context.Arguments;
        var shards = default(ShardSet);
        for (int i = first; i < words.Count; i += step)
        {
            shards.Add(store.ShardOf(store.Hash(words[i])));
        }
        return store.Lock(shards);
    }

    /// <summary>Locks for two keys.</summary>
    public static ShardsScope Take(in CommandContext context, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        Store store = context.Store;
        var shards = default(ShardSet);
        shards.Add(store.ShardOf(store.Hash(one)));
        shards.Add(store.ShardOf(store.Hash(other)));
        return store.Lock(shards);
    }
}
