namespace Henge.Server.CommandLine;

/// <summary>
/// Takes a command line apart. One or two dashes mean the same, so the starting program's <c>-port=8000</c> works
/// beside <c>--port 8000</c>. A word that begins with a dash and a digit is a value, a lone dash is an operand, and
/// all that follows <c>--</c> is too.
/// </summary>
/// <remarks>
/// Written by hand because the option table must also drive the environment, the configuration file and the
/// documentation, and because a node should not load a parsing library to start: this costs it nothing measurable.
/// </remarks>
internal static class ArgumentParser
{
    /// <summary>Takes <paramref name="arguments"/> apart by the options a subcommand knows.</summary>
    /// <exception cref="UsageException">An option is unknown or lacks its value.</exception>
    public static ParsedArguments Parse(ReadOnlySpan<string> arguments, Subcommand subcommand)
    {
        Dictionary<CommandOption, string> flags = [];
        List<string> operands = [];
        bool help = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            string word = arguments[i];
            if (word == "--")
            {
                operands.AddRange(arguments[(i + 1)..]);
                break;
            }
            if (!IsOption(word))
            {
                operands.Add(word);
                continue;
            }
            int equals = word.IndexOf('=');
            string name = (equals < 0 ? word : word[..equals]).TrimStart('-');
            if (name is "help" or "h" or "?")
            {
                help = true;
                continue;
            }
            CommandOption option = Find(name, subcommand) ?? throw Unknown(word, name, subcommand);
            if (option.IsSecret)
            {
                throw new UsageException(
                    $"{option.Flag} is no argument, since every process can list those: "
                    + $"use {option.Flag}-file or {option.EnvironmentName}");
            }
            if (equals >= 0)
            {
                flags[option] = word[(equals + 1)..];
            }
            else if (option.Kind == OptionKind.Switch)
            {
                flags[option] = "on";
            }
            else if (i + 1 < arguments.Length && !NamesOption(arguments[i + 1], subcommand))
            {
                flags[option] = arguments[++i];
            }
            else
            {
                string sample = option.Default ?? option.ValueName;
                throw new UsageException($"{option.Flag} needs a value, as in {option.Flag} {sample}");
            }
        }
        return new ParsedArguments(flags, operands, help);
    }

    /// <summary>True when a word is meant as an option.</summary>
    public static bool IsOption(string word) =>
        word.Length > 1 && word[0] == '-' && !char.IsAsciiDigit(word[1]) && word[1] != '.';

    private static bool NamesOption(string word, Subcommand subcommand) =>
        IsOption(word) && (word.StartsWith("--", StringComparison.Ordinal)
            || Find(word[1..].Split('=')[0], subcommand) is not null);

    private static CommandOption? Find(string name, Subcommand subcommand)
    {
        foreach (CommandOption option in subcommand.Options)
        {
            if (option.Name == name || option.Alias == name)
            {
                return option;
            }
        }
        return null;
    }

    private static UsageException Unknown(string word, string name, Subcommand subcommand)
    {
        IEnumerable<CommandOption> flags = subcommand.Options.Where(option => !option.IsSecret);
        string? meant = Suggestion.For(name, flags.Select(option => option.Name));
        string mend = meant is null ? "" : $"did you mean --{meant}? ";
        string shown = word.Split('=')[0];
        return new UsageException($"unknown option {shown}: {mend}`{subcommand.HelpCall}` lists them all");
    }
}
