using System.Diagnostics.CodeAnalysis;

using Henge.Cluster.Messages;
using Henge.Commands;
using Henge.Protocol;

namespace Henge.Routing.Operations;

/// <summary>
/// Reads of one key among the requests of other nodes, in the format of <see cref="CommandOperation"/>: most of what a
/// ring of caches asks of itself. They are carried out where they lie, without being copied into an operation.
/// </summary>
internal static class PlainRead
{
    /// <summary>Most words: beyond them a request is read as any other.</summary>
    public const int MaxWords = 16;

    /// <summary>
    /// Finds the words of a request; false when it is anything but one whole command that reads one key.
    /// </summary>
    /// <param name="request">The request behind its kind.</param>
    /// <param name="table">The commands that clients may give.</param>
    /// <param name="words">Gets where the words lie.</param>
    /// <param name="command">The command.</param>
    /// <param name="manner">How it is carried out.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> request,
        CommandTable table,
        ByteRangeList words,
        [NotNullWhen(true)] out Command? command,
        out CallManner manner)
    {
        command = null;
        manner = default;
        var reader = new MessageReader(request);
        byte flags = reader.Byte();
        uint watched = reader.UInt32();
        uint commands = reader.UInt32();
        uint count = reader.UInt32();
        if ((flags & ~(CommandOperation.Resp3 | CommandOperation.NoTouch)) != 0
            || watched != 0 || commands != 1 || count is 0 or > MaxWords)
        {
            return false;
        }
        words.Clear(MaxWords);
        for (uint i = 0; i < count; i++)
        {
            int length = reader.Bytes().Length;
            words.Add(request.Length - reader.Left - length, length);
        }
        if (!reader.IsDone)
        {
            return false;
        }
        ByteRange name = words[0];
        command = table.Find(request.Slice(name.Start, name.Length));
        manner = new CallManner(
            (flags & CommandOperation.Resp3) != 0 ? RespVersion.Resp3 : RespVersion.Resp2,
            (flags & CommandOperation.NoTouch) != 0);
        return command is { FirstKey: > 0, HasSubcommands: false, StaysHere: false, OverRing: null }
            && command.FirstKey == command.LastKey
            && (command.Flags & CommandFlags.ReadOnly) != 0
            && command.FitsArity((int)count);
    }
}
