namespace Henge.Commands;

/// <summary>What all commands that choose by their second word have in common.</summary>
internal static class Subcommands
{
    /// <summary>Handler of the command itself: it runs only when no subcommand has the name that was given.</summary>
    public static void Unknown(ref CommandContext context) =>
        Errors.UnknownSubcommand(context.Reply, context.Command, context.Arguments[1]);

    /// <summary>The error for a known subcommand with more words than it takes.</summary>
    public static void WrongArity(ref CommandContext context)
    {
        string name = context.Command.Name;
        context.Reply.Error(
            $"ERR unknown subcommand or wrong number of arguments for '{Errors.Printable(context.Arguments[1])}'. "
            + $"Try {name[..name.IndexOf('|', StringComparison.Ordinal)]} HELP.");
    }

    /// <summary>Answers HELP in Redis's form: a head, two lines for each subcommand, and HELP itself last.</summary>
    public static void Help(ref CommandContext context, string[] lines)
    {
        string name = context.Command.Name;
        int bar = name.IndexOf('|', StringComparison.Ordinal);
        context.Reply.Array(lines.Length + 3);
        Line(ref context, $"{(bar < 0 ? name : name[..bar])} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        foreach (string line in lines)
        {
            Line(ref context, line);
        }
        Line(ref context, "HELP");
        Line(ref context, "    Prints this help.");
    }

    private static void Line(ref CommandContext context, string text) =>
        context.Reply.SimpleString(System.Text.Encoding.ASCII.GetBytes(text));
}
