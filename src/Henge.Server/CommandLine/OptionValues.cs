using System.Globalization;

using Henge.Values;

namespace Henge.Server.CommandLine;

/// <summary>
/// The options of one call with their values: from the flag, else the environment, else the configuration file, else
/// the default. All given texts are checked at once, so the accessors cannot fail on them.
/// </summary>
internal sealed class OptionValues
{
    private readonly Dictionary<CommandOption, string> _texts = [];
    private readonly HashSet<CommandOption> _given = [];

    /// <summary>Reads and checks the values of all <paramref name="options"/>.</summary>
    /// <param name="options">What the subcommand knows.</param>
    /// <param name="flags">What the command line gave.</param>
    /// <param name="environment">Reads a variable; null when it is not set.</param>
    /// <param name="config">The option that names a configuration file; null where there is none.</param>
    /// <exception cref="UsageException">
    /// A value is not what its option takes; the message names where it came from.
    /// </exception>
    public OptionValues(
        IReadOnlyList<CommandOption> options,
        IReadOnlyDictionary<CommandOption, string> flags,
        Func<string, string?> environment,
        CommandOption? config = null)
    {
        ConfigFile? file = null;
        if (config is not null && Pick(config, flags, environment, file: null) is (string path, string source))
        {
            Check(config, path, source);
            file = ConfigFile.Read(path, options);
        }
        foreach (CommandOption option in options)
        {
            if (Pick(option, flags, environment, file) is (string text, string from))
            {
                Check(option, text, from);
                _texts[option] = text;
                _given.Add(option);
            }
            else if (option.Default is not null)
            {
                _texts[option] = option.Default;
            }
        }
    }

    /// <summary>True when a flag, the environment or a file gave a value.</summary>
    public bool IsGiven(CommandOption option) => _given.Contains(option);

    /// <summary>The text, or null when there is neither a value nor a default.</summary>
    public string? Text(CommandOption option) => _texts.GetValueOrDefault(option);

    /// <summary>The text in lower case (a choice).</summary>
    public string Choice(CommandOption option) => _texts[option].ToLowerInvariant();

    /// <summary>The whole number.</summary>
    public long Integer(CommandOption option) => long.Parse(_texts[option], CultureInfo.InvariantCulture);

    /// <summary>The size in bytes.</summary>
    public long Size(CommandOption option) =>
        ByteSize.TryParse(_texts[option], out long bytes) ? bytes : throw new FormatException(option.Name);

    /// <summary>The size in bytes, shares taken of <paramref name="total"/>.</summary>
    public long Memory(CommandOption option, long total) =>
        CommandOption.TryShare(_texts[option], out double share) ? (long)(total * share) : Size(option);

    /// <summary>The span of time.</summary>
    public TimeSpan Time(CommandOption option) =>
        Duration.TryParse(_texts[option], out TimeSpan value) ? value : throw new FormatException(option.Name);

    /// <summary>True when the switch is on.</summary>
    public bool Switch(CommandOption option) =>
        _texts.TryGetValue(option, out string? text) && text.ToLowerInvariant() is "on" or "true" or "yes" or "1";

    /// <summary>The two sides of the ratio.</summary>
    public (int Left, int Right) Ratio(CommandOption option) =>
        CommandOption.TryRatio(_texts[option], out int left, out int right)
            ? (left, right)
            : throw new FormatException(option.Name);

    /// <summary>The texts of a list, trimmed, empty ones left out.</summary>
    public string[] List(CommandOption option) => Text(option)?.Split(
        ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static (string Text, string Source)? Pick(
        CommandOption option,
        IReadOnlyDictionary<CommandOption, string> flags,
        Func<string, string?> environment,
        ConfigFile? file)
    {
        if (flags.TryGetValue(option, out string? flag))
        {
            return (flag, option.Flag + " ");
        }
        if (!option.FlagOnly
            && environment(option.EnvironmentName) is string variable
            && !IsServiceLink(option, variable))
        {
            return (variable, option.EnvironmentName + "=");
        }
        if (file?[option] is string text)
        {
            return (text, $"--config {file.Path}: \"{option.JsonName}\": ");
        }
        return null;
    }

    /// <summary>
    /// Kubernetes sets HENGE_PORT=tcp://… in every pod beside a service named henge; nobody means that as a port.
    /// </summary>
    private static bool IsServiceLink(CommandOption option, string variable) =>
        option.Name == "port" && variable.StartsWith("tcp://", StringComparison.Ordinal);

    private static void Check(CommandOption option, string text, string source)
    {
        if (option.Check(text) is string expected)
        {
            string shown = option.IsSecret ? "" : text;
            throw new UsageException($"{source}{shown}: expected {expected}");
        }
    }
}
