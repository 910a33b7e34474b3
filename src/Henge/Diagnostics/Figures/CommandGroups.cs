namespace Henge.Diagnostics.Figures;

/// <summary>The groups of commands that figures tell apart: those of the documentation.</summary>
internal static class CommandGroups
{
    /// <summary>Their names; what a command of another group counts under is the last.</summary>
    public static readonly string[] Names =
    [
        "string", "hash", "generic", "bitmap", "pubsub", "transactions", "connection", "server", "cluster", "scripting",
    ];

    /// <summary>Place of a group among them.</summary>
    public static int IndexOf(string name) => Array.IndexOf(Names, name) is >= 0 and var index
        ? index
        : Names.Length - 1;
}
