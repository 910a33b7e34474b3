using System.Text;

using Henge.Commands.Arguments;
using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands.Strings;

/// <summary>Reads of whole strings, alone or with a change in the same step.</summary>
internal static class GetCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "GET", Arity = 2, Handler = Get, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Returns the string value of a key.",
        },
        new()
        {
            Name = "GETDEL", Arity = 2, Handler = GetDel, Flags = CommandFlags.Write | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "6.2.0",
            Summary = "Returns the string value of a key after deleting the key.",
        },
        new()
        {
            Name = "GETEX", Arity = -2, Handler = GetEx, Flags = CommandFlags.Write | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "6.2.0",
            Summary = "Returns the string value of a key after setting its expiration time.",
        },
        new()
        {
            Name = "GETSET", Arity = 3, Handler = GetSet,
            Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "1.0.0",
            Summary = "Returns the previous string value of a key after setting it to a new value.",
        },
        new()
        {
            Name = "STRLEN", Arity = 2, Handler = StrLen, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "string", Since = "2.2.0",
            Summary = "Returns the length of a string value.",
        },
    ];

    /// <summary>GET key</summary>
    public static void Get(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        if (!scope.Read(context.CountsAsUse))
        {
            context.Reply.Null();
        }
        else if (scope.Type != EntryType.String)
        {
            context.Reply.Error(Errors.WrongType);
        }
        else
        {
            context.Reply.Bulk(scope.Value);
        }
    }

    /// <summary>GETDEL key</summary>
    public static void GetDel(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        if (ReplyString(context.Reply, in scope))
        {
            scope.Delete();
        }
    }

    /// <summary>GETEX key [EX seconds | PX ms | EXAT unix-s | PXAT unix-ms | PERSIST]</summary>
    public static void GetEx(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        var unit = ExpiryUnit.None;
        int number = 0;
        bool persist = false;
        for (int i = 2; i < words.Count; i++)
        {
            ReadOnlySpan<byte> word = words[i];
            ExpiryUnit given = SetOptions.UnitOf(word);
            bool last = i + 1 == words.Count;
            if (given != ExpiryUnit.None && (unit == ExpiryUnit.None || unit == given) && !persist && !last)
            {
                unit = given;
                number = ++i;
            }
            else if (unit == ExpiryUnit.None && Ascii.EqualsIgnoreCase(word, "PERSIST"u8))
            {
                persist = true;
            }
            else
            {
                context.Reply.Error(Errors.Syntax);
                return;
            }
        }

        using EntryScope scope = context.OpenKey();
        bool found = scope.Read(context.CountsAsUse);
        if (!found || scope.Type != EntryType.String)
        {
            ReplyMissing(context.Reply, found);
            return;
        }
        long expiresAtMs = 0;
        if (unit != ExpiryUnit.None && !Expiry.TryRead(in context, words[number], unit, out expiresAtMs))
        {
            return;
        }
        context.Reply.Bulk(scope.Value);
        if (unit != ExpiryUnit.None && expiresAtMs <= context.NowMs)
        {
            scope.Delete();
        }
        else if (unit != ExpiryUnit.None || (persist && scope.ExpiresAtMs != 0))
        {
            scope.SetExpiry(expiresAtMs);
        }
    }

    /// <summary>GETSET key value</summary>
    public static void GetSet(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        if (Errors.IsWrongType(context.Reply, in scope, EntryType.String))
        {
            return;
        }
        int before = context.Reply.Length;
        ReplyString(context.Reply, in scope);
        SetCommands.Store(ref context, scope.Set(EntryType.String, context.Arguments[2], expiresAtMs: 0), before);
    }

    /// <summary>STRLEN key</summary>
    public static void StrLen(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        scope.Read(context.CountsAsUse);
        if (!Errors.IsWrongType(context.Reply, in scope, EntryType.String))
        {
            context.Reply.Integer(scope.Value.Length);
        }
    }

    /// <summary>Counts the read and writes the string, null or WRONGTYPE; true when it was a string.</summary>
    public static bool ReplyString(RespWriter reply, in EntryScope scope)
    {
        bool found = scope.Read();
        if (!found || scope.Type != EntryType.String)
        {
            ReplyMissing(reply, found);
            return false;
        }
        reply.Bulk(scope.Value);
        return true;
    }

    private static void ReplyMissing(RespWriter reply, bool found)
    {
        if (found)
        {
            reply.Error(Errors.WrongType);
        }
        else
        {
            reply.Null();
        }
    }
}
