using System.Globalization;
using System.Text;

using Henge.Cluster.Messages;
using Henge.Commands;
using Henge.Commands.Strings;
using Henge.Storage;

namespace Henge.Routing.Operations;

/// <summary>
/// What nodes ask of each other beside the commands of clients, in the same form: those on keys here, the others in
/// <see cref="PeerRingCommands"/>. No client can send them.
/// </summary>
internal static class PeerCommands
{
    /// <summary>The rows of the table.</summary>
    public static Command[] Commands =>
    [
        Row("TAKE", 2, Take, CommandFlags.ReadOnly),
        Row("PUT", 4, Put, CommandFlags.Write | CommandFlags.DenyOom),
        Row("DELIF", 3, DeleteIf, CommandFlags.Write),
        Row("LCSWITH", -3, LcsCommand.LcsWith, CommandFlags.ReadOnly),
        Row("VERSIONS", -2, Versions, CommandFlags.ReadOnly, lastKey: -1),
        .. PeerRingCommands.Commands,
    ];

    /// <summary>A row with keys.</summary>
    private static Command Row(string name, int arity, CommandHandler handler, CommandFlags flags, int lastKey = 1) =>
        new()
        {
            Name = name,
            Arity = arity,
            Handler = handler,
            Flags = flags,
            FirstKey = 1,
            LastKey = lastKey,
            KeyStep = 1,
            Group = "cluster",
        };

    /// <summary>TAKE key: the record of an entry; null when there is none.</summary>
    private static void Take(ref CommandContext context)
    {
        using EntryScope entry = context.OpenKey();
        if (!entry.Read(context.CountsAsUse))
        {
            context.Reply.Null();
            return;
        }
        var writer = new MessageWriter(RecordCodec.HeaderBytes + entry.Value.Length + entry.Attributes.Length + 64);
        RecordCodec.Write(writer, new EntryRecord
        {
            Key = context.Arguments[1],
            Value = entry.Value,
            Attributes = entry.Attributes,
            Type = entry.Type,
            ExpiresAtMs = entry.ExpiresAtMs,
            Version = entry.Version,
        });
        context.Reply.Bulk(writer.Written);
    }

    /// <summary>
    /// PUT key record NX|XX: stores what the record of another key holds, with a version of its own; NX: 0 when there
    /// is
    /// an entry.
    /// </summary>
    private static void Put(ref CommandContext context)
    {
        var reader = new MessageReader(context.Arguments[2]);
        EntryRecord record = RecordCodec.Read(ref reader);
        if (!reader.IsDone || record.IsTombstone)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        using EntryScope entry = context.OpenKey();
        if (entry.Found && context.Arguments[3].SequenceEqual("NX"u8))
        {
            context.Reply.Integer(0);
            return;
        }
        WriteResult result = entry.Set(record.Type, record.Value, record.ExpiresAtMs, record.Attributes);
        if (result != WriteResult.Ok)
        {
            Errors.Refused(context.Reply, result, context.Arguments[1]);
            return;
        }
        context.Reply.Integer(1);
    }

    /// <summary>DELIF key version: deletes the entry if it has that version still.</summary>
    private static void DeleteIf(ref CommandContext context)
    {
        using EntryScope entry = context.OpenKey();
        string version = entry.Version.ToString(CultureInfo.InvariantCulture);
        bool same = entry.Found && Ascii.Equals(context.Arguments[2], version);
        context.Reply.Integer(same && entry.Delete() ? 1 : 0);
    }

    /// <summary>VERSIONS key [key …]: the version of each entry, 0 where there is none.</summary>
    private static void Versions(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        context.Reply.Array(words.Count - 1);
        for (int i = 1; i < words.Count; i++)
        {
            using EntryScope entry = context.Store.Open(words[i], context.NowMs);
            context.Reply.Integer((long)entry.Version);
        }
    }
}
