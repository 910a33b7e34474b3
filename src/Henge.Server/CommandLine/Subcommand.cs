using Henge.Server.Display;

namespace Henge.Server.CommandLine;

/// <summary>One verb of the command: what help says about it, the options it knows, and what it does.</summary>
internal sealed record Subcommand
{
    /// <summary>The verb.</summary>
    public required string Name { get; init; }

    /// <summary>One line for the list of subcommands.</summary>
    public required string Summary { get; init; }

    /// <summary>Ways to call it, with a word on each; the first part stands in its own column.</summary>
    public required (string Call, string Words)[] Usage { get; init; }

    /// <summary>The options it knows.</summary>
    public required IReadOnlyList<CommandOption> Options { get; init; }

    /// <summary>Runs it and returns the exit code.</summary>
    public required Func<ParsedArguments, Terminal, int> Run { get; init; }

    /// <summary>Lines that end its help: rules and notes that no option carries.</summary>
    public string[] Notes { get; init; } = [];

    /// <summary>The call that prints its help.</summary>
    public string HelpCall => Name == "serve" ? "henge --help" : $"henge {Name} --help";
}
