using System.Text;

using Henge.Commands.Arguments;
using Henge.Storage;
using Henge.Storage.Entries;

namespace Henge.Commands.Keys;

/// <summary>Setting and reading expiries.</summary>
internal static class ExpiryCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.Fast;
    private const CommandFlags Reads = CommandFlags.ReadOnly | CommandFlags.Fast;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        Row("EXPIRE", -3, Expire, Writes, "1.0.0", "Sets the expiration time of a key in seconds."),
        Row("PEXPIRE", -3, PExpire, Writes, "2.6.0", "Sets the expiration time of a key in milliseconds."),
        Row("EXPIREAT", -3, ExpireAt, Writes, "1.2.0", "Sets the expiration time of a key to a Unix timestamp."),
        Row("PEXPIREAT", -3, PExpireAt, Writes, "2.6.0",
            "Sets the expiration time of a key to a Unix milliseconds timestamp."),
        Row("PERSIST", 2, Persist, Writes, "2.2.0", "Removes the expiration time of a key."),
        Row("TTL", 2, Ttl, Reads, "1.0.0", "Returns the expiration time in seconds of a key."),
        Row("PTTL", 2, PTtl, Reads, "2.6.0", "Returns the expiration time in milliseconds of a key."),
        Row("EXPIRETIME", 2, ExpireTime, Reads, "7.0.0", "Returns the expiration time of a key as a Unix timestamp."),
        Row("PEXPIRETIME", 2, PExpireTime, Reads, "7.0.0",
            "Returns the expiration time of a key as a Unix milliseconds timestamp."),
    ];

    /// <summary>EXPIRE key seconds [NX | XX | GT | LT]</summary>
    public static void Expire(ref CommandContext context) => SetExpiry(ref context, ExpiryUnit.Seconds);

    /// <summary>PEXPIRE key milliseconds [NX | XX | GT | LT]</summary>
    public static void PExpire(ref CommandContext context) => SetExpiry(ref context, ExpiryUnit.Milliseconds);

    /// <summary>EXPIREAT key unix-seconds [NX | XX | GT | LT]</summary>
    public static void ExpireAt(ref CommandContext context) => SetExpiry(ref context, ExpiryUnit.UnixSeconds);

    /// <summary>PEXPIREAT key unix-milliseconds [NX | XX | GT | LT]</summary>
    public static void PExpireAt(ref CommandContext context) => SetExpiry(ref context, ExpiryUnit.UnixMilliseconds);

    /// <summary>PERSIST key</summary>
    public static void Persist(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        bool had = scope.Found && scope.ExpiresAtMs != 0;
        if (had)
        {
            scope.SetExpiry(0);
        }
        context.Reply.Integer(had ? 1 : 0);
    }

    /// <summary>TTL key: rounded to the nearest second; -1 without expiry, -2 without key.</summary>
    public static void Ttl(ref CommandContext context) => ReplyExpiry(ref context, context.NowMs, inSeconds: true);

    /// <summary>PTTL key</summary>
    public static void PTtl(ref CommandContext context) => ReplyExpiry(ref context, context.NowMs, inSeconds: false);

    /// <summary>EXPIRETIME key</summary>
    public static void ExpireTime(ref CommandContext context) => ReplyExpiry(ref context, 0, inSeconds: true);

    /// <summary>PEXPIRETIME key</summary>
    public static void PExpireTime(ref CommandContext context) => ReplyExpiry(ref context, 0, inSeconds: false);

    private static Command Row(
        string name, int arity, CommandHandler handler, CommandFlags flags, string since, string summary) =>
        new()
        {
            Name = name,
            Arity = arity,
            Handler = handler,
            Flags = flags,
            FirstKey = 1,
            LastKey = 1,
            KeyStep = 1,
            Group = "generic",
            Since = since,
            Summary = summary,
        };

    private static void ReplyExpiry(ref CommandContext context, long baseMs, bool inSeconds)
    {
        using EntryScope scope = context.OpenKey();
        if (!scope.Found || scope.ExpiresAtMs == 0)
        {
            context.Reply.Integer(scope.Found ? -1 : -2);
            return;
        }
        long ms = scope.ExpiresAtMs - baseMs;
        context.Reply.Integer(inSeconds ? (long)(((ulong)ms + 500) / 1000) : ms);
    }

    private static void SetExpiry(ref CommandContext context, ExpiryUnit unit)
    {
        if (!TryParseConditions(in context, out ExpiryConditions conditions))
        {
            return;
        }
        if (!Numbers.TryParse(context.Arguments[2], out long expiresAtMs))
        {
            context.Reply.Error(Errors.NotInteger);
            return;
        }
        if (!Expiry.TryMakeAbsolute(ref expiresAtMs, unit, context.NowMs))
        {
            Errors.InvalidExpire(context.Reply, context.Command);
            return;
        }
        using EntryScope scope = context.OpenKey();
        if (!scope.Found || !Allows(conditions, scope.ExpiresAtMs, expiresAtMs))
        {
            context.Reply.Integer(0);
            return;
        }
        if (expiresAtMs <= context.NowMs)
        {
            scope.Delete();
        }
        else
        {
            WriteResult result = scope.SetExpiry(expiresAtMs);
            if (result != WriteResult.Ok)
            {
                Errors.Refused(context.Reply, result, context.Arguments[1]);
                return;
            }
        }
        context.Reply.Integer(1);
    }

    /// <summary>No expiry counts as later than any (GT never sets it, LT always does).</summary>
    private static bool Allows(ExpiryConditions conditions, long current, long wanted) =>
        AllowsKept(conditions, current, Math.Min(wanted, Entry.LatestDeadlineMs));

    private static bool AllowsKept(ExpiryConditions conditions, long current, long wanted) =>
        !((conditions.HasFlag(ExpiryConditions.IfNone) && current != 0)
            || (conditions.HasFlag(ExpiryConditions.IfAny) && current == 0)
            || (conditions.HasFlag(ExpiryConditions.IfLater) && (current == 0 || wanted <= current))
            || (conditions.HasFlag(ExpiryConditions.IfEarlier) && current != 0 && wanted >= current));

    private static bool TryParseConditions(in CommandContext context, out ExpiryConditions conditions)
    {
        conditions = ExpiryConditions.None;
        for (int i = 3; i < context.Arguments.Count; i++)
        {
            ReadOnlySpan<byte> word = context.Arguments[i];
            ExpiryConditions given = Ascii.EqualsIgnoreCase(word, "NX"u8) ? ExpiryConditions.IfNone
                : Ascii.EqualsIgnoreCase(word, "XX"u8) ? ExpiryConditions.IfAny
                : Ascii.EqualsIgnoreCase(word, "GT"u8) ? ExpiryConditions.IfLater
                : Ascii.EqualsIgnoreCase(word, "LT"u8) ? ExpiryConditions.IfEarlier
                : ExpiryConditions.None;
            if (given == ExpiryConditions.None)
            {
                Errors.UnsupportedOption(context.Reply, word);
                return false;
            }
            conditions |= given;
        }
        if (conditions.HasFlag(ExpiryConditions.IfNone) && conditions != ExpiryConditions.IfNone)
        {
            context.Reply.Error("ERR NX and XX, GT or LT options at the same time are not compatible"u8);
            return false;
        }
        if (conditions.HasFlag(ExpiryConditions.IfLater | ExpiryConditions.IfEarlier))
        {
            context.Reply.Error("ERR GT and LT options at the same time are not compatible"u8);
            return false;
        }
        return true;
    }
}
