namespace Henge.Server.CommandLine;

/// <summary>A command line taken apart, values not yet read.</summary>
/// <param name="Flags">Options that were given, with their text; the last one wins.</param>
/// <param name="Operands">What is no option, in order.</param>
/// <param name="Help">True when help was asked for.</param>
internal sealed record ParsedArguments(
    IReadOnlyDictionary<CommandOption, string> Flags, IReadOnlyList<string> Operands, bool Help);
