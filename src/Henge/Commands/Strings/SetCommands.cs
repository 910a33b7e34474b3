using Henge.Commands.Arguments;
using Henge.Storage;

namespace Henge.Commands.Strings;

/// <summary>Writes of whole strings under one key.</summary>
internal static class SetCommands
{
    private const CommandFlags Writes = CommandFlags.Write | CommandFlags.DenyOom;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "SET", Arity = -3, Handler = Set, Flags = Writes,
            OverwriteWords = 3, FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Sets the string value of a key, ignoring its type. The key is created if it doesn't exist.",
        },
        new()
        {
            Name = "SETNX", Arity = 3, Handler = SetNx, Flags = Writes | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Set the string value of a key only when the key doesn't exist.",
        },
        new()
        {
            Name = "SETEX", Arity = 4, Handler = SetEx, Flags = Writes,
            OverwriteWords = 4, FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "2.0.0",
            Summary = "Sets the string value and expiration time of a key.",
        },
        new()
        {
            Name = "PSETEX", Arity = 4, Handler = PSetEx, Flags = Writes,
            OverwriteWords = 4, FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "2.6.0",
            Summary = "Sets both string value and expiration time in milliseconds of a key.",
        },
    ];

    /// <summary>SET key value [NX | XX | IFEQ value] [GET] [KEEPTTL | EX s | PX ms | EXAT s | PXAT ms]</summary>
    public static void Set(ref CommandContext context)
    {
        if (context.Arguments.Count == 3)
        {
            using EntryScope scope = context.OpenKey();
            Store(ref context, scope.Set(EntryType.String, context.Arguments[2], expiresAtMs: 0));
            return;
        }
        SetWithOptions(ref context);
    }

    /// <summary>SETNX key value</summary>
    public static void SetNx(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        if (scope.Found)
        {
            context.Reply.Integer(0);
            return;
        }
        WriteResult result = scope.Set(EntryType.String, context.Arguments[2], expiresAtMs: 0);
        if (result == WriteResult.Ok)
        {
            context.Reply.Integer(1);
        }
        else
        {
            Errors.Refused(context.Reply, result, context.Arguments[1]);
        }
    }

    /// <summary>SETEX key seconds value</summary>
    public static void SetEx(ref CommandContext context) => SetExpiring(ref context, ExpiryUnit.Seconds);

    /// <summary>PSETEX key milliseconds value</summary>
    public static void PSetEx(ref CommandContext context) => SetExpiring(ref context, ExpiryUnit.Milliseconds);

    /// <summary>Answers OK, or what kept the store from writing.</summary>
    internal static void Store(ref CommandContext context, WriteResult result)
    {
        if (result == WriteResult.Ok)
        {
            context.Reply.Ok();
        }
        else
        {
            Errors.Refused(context.Reply, result, context.Arguments[1]);
        }
    }

    /// <summary>Lets the reply written since <paramref name="before"/> stand, or puts the error in its place.</summary>
    internal static void Store(ref CommandContext context, WriteResult result, int before)
    {
        if (result != WriteResult.Ok)
        {
            context.Reply.Truncate(before);
            Errors.Refused(context.Reply, result, context.Arguments[1]);
        }
    }

    private static void SetExpiring(ref CommandContext context, ExpiryUnit unit)
    {
        if (!Expiry.TryRead(in context, context.Arguments[2], unit, out long expiresAtMs))
        {
            return;
        }
        using EntryScope scope = context.OpenKey();
        Store(ref context, scope.Set(EntryType.String, context.Arguments[3], expiresAtMs));
    }

    private static void SetWithOptions(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        if (!SetOptions.TryParse(in words, out SetOptions options))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        long expiresAtMs = 0;
        if (options.Unit != ExpiryUnit.None
            && !Expiry.TryRead(in context, words[options.ExpiryNumber], options.Unit, out expiresAtMs))
        {
            return;
        }

        using EntryScope scope = context.OpenKey();
        if ((options.Get || options.Comparand != 0) && Errors.IsWrongType(context.Reply, in scope, EntryType.String))
        {
            return;
        }
        bool allowed = options.IfMissing ? !scope.Found
            : options.IfPresent ? scope.Found
            : options.Comparand == 0 || (scope.Found && scope.Value.SequenceEqual(words[options.Comparand]));
        int before = context.Reply.Length;
        if (options.Get)
        {
            GetCommands.ReplyString(context.Reply, in scope);
        }
        else if (!allowed)
        {
            context.Reply.Null();
        }
        if (!allowed)
        {
            return;
        }
        if (options.KeepTtl)
        {
            expiresAtMs = scope.ExpiresAtMs;
        }
        WriteResult result = scope.Set(EntryType.String, words[2], expiresAtMs);
        if (options.Get)
        {
            Store(ref context, result, before);
        }
        else
        {
            Store(ref context, result);
        }
    }
}
