using System.Buffers;
using System.Text;

using Henge.Routing;
using Henge.Storage;
using Henge.Storage.Shards;

namespace Henge.Commands.Keys;

/// <summary>Giving a value another key, or a second one. Both shards are locked, so nobody sees it half done.</summary>
internal static class MoveCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "RENAME", Arity = 3, Handler = Rename, Flags = CommandFlags.Write,
            AcrossOwners = OwnerTransfers.Rename,
            FirstKey = 1, LastKey = 2, KeyStep = 1, Group = "generic", Since = "1.0.0",
            Summary = "Renames a key and overwrites the destination.",
        },
        new()
        {
            Name = "RENAMENX", Arity = 3, Handler = RenameNx, Flags = CommandFlags.Write | CommandFlags.Fast,
            AcrossOwners = OwnerTransfers.RenameNx,
            FirstKey = 1, LastKey = 2, KeyStep = 1, Group = "generic", Since = "1.0.0",
            Summary = "Renames a key only when the target key name doesn't exist.",
        },
        new()
        {
            Name = "COPY", Arity = -3, Handler = Copy, Flags = CommandFlags.Write | CommandFlags.DenyOom,
            AcrossOwners = OwnerTransfers.Copy,
            FirstKey = 1, LastKey = 2, KeyStep = 1, Group = "generic", Since = "6.2.0",
            Summary = "Copies the value of a key to a new key.",
        },
    ];

    /// <summary>RENAME key newkey</summary>
    public static void Rename(ref CommandContext context) => Rename(ref context, onlyIfMissing: false);

    /// <summary>RENAMENX key newkey</summary>
    public static void RenameNx(ref CommandContext context) => Rename(ref context, onlyIfMissing: true);

    /// <summary>COPY source destination [DB number] [REPLACE]</summary>
    public static void Copy(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        bool replace = false;
        for (int i = 3; i < words.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(words[i], "REPLACE"u8))
            {
                replace = true;
            }
            else if (!Ascii.EqualsIgnoreCase(words[i], "DB"u8) || i + 1 == words.Count)
            {
                context.Reply.Error(Errors.Syntax);
                return;
            }
            else if (!Numbers.TryParse(words[++i], out long database) || database is < int.MinValue or > int.MaxValue)
            {
                context.Reply.Error(Errors.NotInteger);
                return;
            }
            else if (database < 0 || database >= context.Node.Options.Databases)
            {
                context.Reply.Error(Errors.DatabaseOutOfRange);
                return;
            }
        }
        if (words[1].SequenceEqual(words[2]))
        {
            context.Reply.Error("ERR source and destination objects are the same"u8);
            return;
        }
        using ShardsScope locked = KeyLocks.Take(in context, words[1], words[2]);
        if (!Exists(in context, words[1]) || (!replace && Exists(in context, words[2])))
        {
            context.Reply.Integer(0);
        }
        else if (TryTransfer(in context, words[1], words[2], deleteSource: false))
        {
            context.Reply.Integer(1);
        }
    }

    private static void Rename(ref CommandContext context, bool onlyIfMissing)
    {
        ReadOnlySpan<byte> from = context.Arguments[1];
        ReadOnlySpan<byte> to = context.Arguments[2];
        using ShardsScope locked = KeyLocks.Take(in context, from, to);
        if (!Exists(in context, from))
        {
            context.Reply.Error(Errors.NoSuchKey);
            return;
        }
        bool toItself = from.SequenceEqual(to);
        if (onlyIfMissing && (toItself || Exists(in context, to)))
        {
            context.Reply.Integer(0);
            return;
        }
        if (!toItself && !TryTransfer(in context, from, to, deleteSource: true))
        {
            return;
        }
        if (onlyIfMissing)
        {
            context.Reply.Integer(1);
        }
        else
        {
            context.Reply.Ok();
        }
    }

    private static bool Exists(in CommandContext context, ReadOnlySpan<byte> key)
    {
        using EntryScope scope = context.Store.Open(key, context.NowMs);
        return scope.Found;
    }

    /// <summary>
    /// Writes the entry of one key under another; on failure writes the error, and both are as they were. The value
    /// goes through a buffer, because a write may move what is in the store.
    /// </summary>
    private static bool TryTransfer(
        in CommandContext context, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool deleteSource)
    {
        byte[] copy;
        int valueLength;
        int length;
        EntryType type;
        long expiresAtMs;
        using (EntryScope source = context.Store.Open(from, context.NowMs))
        {
            valueLength = source.Value.Length;
            length = valueLength + source.Attributes.Length;
            type = source.Type;
            expiresAtMs = source.ExpiresAtMs;
            copy = ArrayPool<byte>.Shared.Rent(length);
            source.Value.CopyTo(copy);
            source.Attributes.CopyTo(copy.AsSpan(valueLength));
        }
        try
        {
            ReadOnlySpan<byte> value = copy.AsSpan(0, valueLength);
            using EntryScope target = context.Store.Open(to, context.NowMs);
            WriteResult result = target.Set(type, value, expiresAtMs, copy.AsSpan(valueLength, length - valueLength));
            if (result != WriteResult.Ok)
            {
                Errors.Refused(context.Reply, result, to);
                return false;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
        if (deleteSource)
        {
            using EntryScope source = context.Store.Open(from, context.NowMs);
            source.Delete();
        }
        return true;
    }
}
