using Henge.Commands.Arguments;
using Henge.Routing.Parts;
using Henge.Storage;

namespace Henge.Commands.Keys;

/// <summary>Whether keys are there, what they hold, and deleting them.</summary>
internal static class KeyCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "DEL", Arity = -2, Handler = Delete, Flags = CommandFlags.Write,
            AcrossOwners = KeyScatter.Sum, FirstKey = 1, LastKey = -1, KeyStep = 1, Group = "generic", Since = "1.0.0",
            Summary = "Deletes one or more keys.",
        },
        new()
        {
            Name = "UNLINK", Arity = -2, Handler = Delete, Flags = CommandFlags.Write | CommandFlags.Fast,
            AcrossOwners = KeyScatter.Sum, FirstKey = 1, LastKey = -1, KeyStep = 1, Group = "generic", Since = "4.0.0",
            Summary = "Asynchronously deletes one or more keys.",
        },
        new()
        {
            Name = "EXISTS", Arity = -2, Handler = Exists, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            AcrossOwners = KeyScatter.Sum, FirstKey = 1, LastKey = -1, KeyStep = 1, Group = "generic", Since = "1.0.0",
            Summary = "Determines whether one or more keys exist.",
        },
        new()
        {
            Name = "TOUCH", Arity = -2, Handler = Touch, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            AcrossOwners = KeyScatter.Sum, FirstKey = 1, LastKey = -1, KeyStep = 1, Group = "generic", Since = "3.2.1",
            Summary = "Returns the number of existing keys out of those specified after updating the time they were "
                + "last accessed.",
        },
        new()
        {
            Name = "TYPE", Arity = 2, Handler = Type, Flags = CommandFlags.ReadOnly | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, Group = "generic", Since = "1.0.0",
            Summary = "Determines the type of value stored at a key.",
        },
    ];

    /// <summary>DEL key [key ...] and UNLINK, which is the same here: memory is given back at once, in O(1).</summary>
    public static void Delete(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        int deleted = 0;
        for (int i = 1; i < words.Count; i++)
        {
            using EntryScope scope = context.Store.Open(words[i], context.NowMs);
            deleted += scope.Delete() ? 1 : 0;
        }
        context.Reply.Integer(deleted);
    }

    /// <summary>EXISTS key [key ...]: a key named twice counts twice. Recency stays as it is, as in Redis.</summary>
    public static void Exists(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        int found = 0;
        for (int i = 1; i < words.Count; i++)
        {
            using EntryScope scope = context.Store.Open(words[i], context.NowMs);
            found += scope.Found ? 1 : 0;
        }
        context.Reply.Integer(found);
    }

    /// <summary>TOUCH key [key ...]</summary>
    public static void Touch(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        int found = 0;
        for (int i = 1; i < words.Count; i++)
        {
            using EntryScope scope = context.Store.Open(words[i], context.NowMs);
            if (scope.Found)
            {
                scope.Touch();
                found++;
            }
        }
        context.Reply.Integer(found);
    }

    /// <summary>TYPE key</summary>
    public static void Type(ref CommandContext context)
    {
        using EntryScope scope = context.OpenKey();
        context.Reply.SimpleString(TypeNames.Of(scope.Type));
    }
}
