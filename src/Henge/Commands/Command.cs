using Henge.Diagnostics.Figures;
using Henge.Routing;
using Henge.Security;

namespace Henge.Commands;

/// <summary>One row of the command table.</summary>
internal sealed class Command
{
    /// <summary>Name in upper case; a subcommand's full name is "CLIENT|LIST".</summary>
    public required string Name { get; init; }

    /// <summary>Number of words, the name included; negative for at least as many.</summary>
    public required int Arity { get; init; }

    /// <summary>Carries it out.</summary>
    public required CommandHandler Handler { get; init; }

    /// <summary>What it does.</summary>
    public CommandFlags Flags { get; init; }

    /// <summary>The least role that may call it: what its flags say, unless its row says otherwise.</summary>
    public Role Needs
    {
        get => field != Role.None || (Flags & CommandFlags.NoAuth) != 0 ? field
            : (Flags & CommandFlags.Admin) != 0 ? Role.Admin
            : (Flags & CommandFlags.Write) != 0 ? Role.Write
            : Role.Read;
        init;
    }

    /// <summary>
    /// What of the key space it concerns: the keys at its positions where it has some, else all of it, unless its row
    /// says otherwise.
    /// </summary>
    public KeyReach Reach
    {
        get => field == KeyReach.Whole && FirstKey > 0 && (Flags & CommandFlags.Admin) == 0 ? KeyReach.Keys : field;
        init;
    }

    /// <summary>Index of the first key among the words; 0 for no key.</summary>
    public int FirstKey { get; init; }

    /// <summary>Index of the last key; negative counts from the end (-1 is the last word).</summary>
    public int LastKey { get; init; }

    /// <summary>Distance between keys.</summary>
    public int KeyStep { get; init; }

    /// <summary>
    /// Whether it is carried out on the node that it was sent to, although it names keys (SSUBSCRIBE). Commands without
    /// keys are, unless <see cref="OverRing"/> says otherwise.
    /// </summary>
    public bool StaysHere { get; init; }

    /// <summary>
    /// Carries it out when its keys have several owners; null where it cannot be, and then it is refused.
    /// </summary>
    public RoutedHandler? AcrossOwners { get; init; }

    /// <summary>Carries it out where there is more than one node, whatever its keys are; null for most.</summary>
    public RoutedHandler? OverRing { get; init; }

    /// <summary>
    /// With so many words or fewer it overwrites what is stored without looking at it; 0 where it always looks.
    /// </summary>
    public int OverwriteWords { get; init; }

    /// <summary>
    /// Group of the documentation: string, hash, generic, connection, server, pubsub, transactions, cluster.
    /// </summary>
    public required string Group
    {
        get;
        init
        {
            field = value;
            GroupIndex = CommandGroups.IndexOf(value);
        }
    }

    /// <summary>Place of <see cref="Group"/> among <see cref="CommandGroups.Names"/>.</summary>
    public int GroupIndex { get; private init; }

    /// <summary>Redis version that brought it.</summary>
    public string Since { get; init; } = "1.0.0";

    /// <summary>One sentence for COMMAND DOCS.</summary>
    public string Summary { get; init; } = "";

    /// <summary>
    /// Its subcommands, when the second word chooses one; then <see cref="Handler"/> answers only bad ones.
    /// </summary>
    public IReadOnlyList<Command> Subcommands
    {
        get;
        init
        {
            field = value;
            HasSubcommands = value.Count > 0;
        }
    } = [];

    /// <summary>Whether the second word chooses a subcommand; asked for every command, so it is no call.</summary>
    public bool HasSubcommands { get; private init; }

    /// <summary>Calls carried out since start or CONFIG RESETSTAT.</summary>
    public CommandCounters Counters { get; } = new();

    /// <summary>Whether it takes so many words.</summary>
    public bool FitsArity(int words) => Arity >= 0 ? words == Arity : words >= -Arity;
}
