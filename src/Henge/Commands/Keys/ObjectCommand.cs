using Henge.Protocol;
using Henge.Security;
using Henge.Storage;

namespace Henge.Commands.Keys;

/// <summary>OBJECT: how an entry is kept, in Redis's words for it.</summary>
internal static class ObjectCommand
{
    /// <summary>Longest string that Redis keeps in one piece with its header, and so calls embstr.</summary>
    private const int LongestEmbedded = 44;

    private static readonly string[] s_help =
    [
        "ENCODING <key>",
        "    Return the kind of internal representation used in order to store the value",
        "    associated with a <key>.",
        "FREQ <key>",
        "    Return the access frequency index of the <key>. The returned integer is",
        "    proportional to the logarithm of the recent access frequency of the key.",
        "IDLETIME <key>",
        "    Return the idle time of the <key>, that is the approximated number of",
        "    seconds elapsed since the last access to the key.",
        "REFCOUNT <key>",
        "    Return the number of references of the value associated with the specified",
        "    <key>.",
    ];

    /// <summary>The row of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "OBJECT", Arity = -2, Handler = Subcommands.Unknown, Group = "generic", Since = "2.2.3",
            Summary = "A container for object introspection commands.",
            Subcommands =
            [
                Row("OBJECT|ENCODING", Encoding, "2.2.3", "Returns the internal encoding of an object."),
                Row("OBJECT|FREQ", Freq, "4.0.0", "Returns the logarithmic access frequency counter of an object."),
                Row("OBJECT|IDLETIME", IdleTime, "2.2.3", "Returns the time since the last access to an object."),
                Row("OBJECT|REFCOUNT", RefCount, "2.2.3", "Returns the reference count of a value of a key."),
                new()
                {
                    Name = "OBJECT|HELP", Arity = 2, Handler = Help, Group = "generic", Since = "6.2.0",
                    Reach = KeyReach.Nothing,
                    Summary = "Returns helpful text about the different subcommands.",
                },
            ],
        },
    ];

    private static Command Row(string name, CommandHandler handler, string since, string summary) =>
        new()
        {
            Name = name,
            Arity = 3,
            Handler = handler,
            Flags = CommandFlags.ReadOnly,
            FirstKey = 2,
            LastKey = 2,
            KeyStep = 1,
            Group = "generic",
            Since = since,
            Summary = summary,
        };

    private static void Help(ref CommandContext context) => Subcommands.Help(ref context, s_help);

    private static void Encoding(ref CommandContext context)
    {
        using EntryScope scope = Open(in context);
        if (!scope.Found)
        {
            context.Reply.Null();
            return;
        }
        ReadOnlySpan<byte> value = scope.Value;
        context.Reply.Bulk(
            scope.Type == EntryType.Hash ? (Hashes.HashValue.IsIndexed(value) ? "hashtable"u8 : "listpack"u8)
            : Numbers.TryParse(value, out _) ? "int"u8
            : value.Length <= LongestEmbedded ? "embstr"u8
            : "raw"u8);
    }

    private static void Freq(ref CommandContext context)
    {
        using EntryScope scope = Open(in context);
        if (!scope.Found)
        {
            context.Reply.Null();
            return;
        }
        context.Reply.Error(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when "u8
            + "switching between policies at runtime LRU and LFU data will take some time to adjust."u8);
    }

    /// <summary>The order of use is kept exactly, the time of it is not: found entries answer 0.</summary>
    private static void IdleTime(ref CommandContext context) => ReplyIfFound(in context, 0);

    /// <summary>Values are never shared.</summary>
    private static void RefCount(ref CommandContext context) => ReplyIfFound(in context, 1);

    private static void ReplyIfFound(in CommandContext context, long value)
    {
        RespWriter reply = context.Reply;
        using EntryScope scope = Open(in context);
        if (scope.Found)
        {
            reply.Integer(value);
        }
        else
        {
            reply.Null();
        }
    }

    private static EntryScope Open(in CommandContext context) =>
        context.Store.Open(context.Arguments[2], context.NowMs);
}
