using System.Globalization;

using Henge.Values;

namespace Henge.Server.CommandLine;

/// <summary>
/// One option. Flag, environment variable, name in a configuration file, help and the table in docs/command-line.md all
/// come from here, so they cannot disagree.
/// </summary>
internal sealed record CommandOption
{
    private static readonly string[] _switchWords = ["on", "off", "true", "false", "yes", "no", "1", "0"];

    /// <summary>Its name in lower case with dashes: <c>max-entries</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How its text is read.</summary>
    public required OptionKind Kind { get; init; }

    /// <summary>One or two sentences for people.</summary>
    public required string Help { get; init; }

    /// <summary>What the value is called in help; empty for a switch.</summary>
    public string ValueName { get; init; } = "";

    /// <summary>The text used when nobody gives one; null when there is none.</summary>
    public string? Default { get; init; }

    /// <summary>Words for help when <see cref="Default"/> is null or says too little.</summary>
    public string? DefaultWords { get; init; }

    /// <summary>Least legal number.</summary>
    public long Minimum { get; init; }

    /// <summary>Greatest legal number.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>The legal words of a <see cref="OptionKind.Choice"/>.</summary>
    public string[] Choices { get; init; } = [];

    /// <summary>A second name for the flag, as users of other caches may write it; null for most.</summary>
    public string? Alias { get; init; }

    /// <summary>The heading it stands under in help; empty where a subcommand has few options.</summary>
    public string Group { get; init; } = "";

    /// <summary>
    /// True for a secret: the environment alone can set it. Arguments are there for every process on the machine to
    /// list, and configuration files end in repositories.
    /// </summary>
    public bool IsSecret { get; init; }

    /// <summary>True when the environment has no name for it, nor a configuration file.</summary>
    public bool FlagOnly { get; init; }

    /// <summary>True when a configuration file can set it.</summary>
    public bool InFile => !FlagOnly && !IsSecret && Name != "config";

    /// <summary>The flag as help writes it.</summary>
    public string Flag => "--" + Name;

    /// <summary>The environment variable: <c>HENGE_MAX_ENTRIES</c>.</summary>
    public string EnvironmentName => "HENGE_" + Name.Replace('-', '_').ToUpperInvariant();

    /// <summary>The name in a configuration file: <c>maxEntries</c>.</summary>
    public string JsonName
    {
        get
        {
            string[] words = Name.Split('-');
            return words[0] + string.Concat(words.Skip(1).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
        }
    }

    /// <summary>The default as help and the documentation show it.</summary>
    public string DefaultText => DefaultWords ?? (Kind == OptionKind.Switch ? Default ?? "off" : Default ?? "none");

    /// <summary>
    /// Options are the same when their names are: a subcommand may show a shared one under its own heading.
    /// </summary>
    public bool Equals(CommandOption? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>
    /// Checks a text without using it. Returns null when it is good, otherwise what was expected, ready to follow
    /// "expected": "a number from 0 to 65535".
    /// </summary>
    public string? Check(string text) => Kind switch
    {
        OptionKind.Integer => TryInteger(text, out _) ? null : IntegerWords(),
        OptionKind.Size => TrySize(text, out _) ? null : SizeWords("512mb, 2gb or 64MiB"),
        OptionKind.Memory => TryShare(text, out _) || TrySize(text, out _)
            ? null
            : SizeWords("512mb or 2gb, or a share of the memory there is such as 50%"),
        OptionKind.Duration => TryDuration(text, out _) ? null : DurationWords(),
        OptionKind.Choice => Choices.Contains(text, StringComparer.OrdinalIgnoreCase) ? null : ChoiceWords(),
        OptionKind.Switch => _switchWords.Contains(text, StringComparer.OrdinalIgnoreCase) ? null : "on or off",
        OptionKind.Ratio => TryRatio(text, out _, out _) ? null : "two numbers such as 9:1",
        _ => text.Length > 0 ? null : "a text that is not empty",
    };

    /// <summary>Reads a whole number within the bounds.</summary>
    public bool TryInteger(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
        && value >= Minimum && value <= Maximum;

    /// <summary>Reads a number of bytes within the bounds.</summary>
    public bool TrySize(string text, out long bytes) =>
        ByteSize.TryParse(text, out bytes) && bytes >= Minimum && bytes <= Maximum;

    /// <summary>Reads a span of time within the bounds, which are milliseconds.</summary>
    public bool TryDuration(string text, out TimeSpan value) =>
        Duration.TryParse(text, out value) && value.TotalMilliseconds >= Minimum && value.TotalMilliseconds <= Maximum;

    /// <summary>Reads a share of the memory there is: above 0 % up to 100 %.</summary>
    public static bool TryShare(string text, out double share)
    {
        share = 0;
        ReadOnlySpan<char> number = text.AsSpan(0, Math.Max(0, text.Length - 1));
        if (!text.EndsWith('%') || !double.TryParse(
            number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent))
        {
            return false;
        }
        share = percent / 100;
        return share is > 0 and <= 1;
    }

    /// <summary>Reads two whole numbers with a colon between, not both zero.</summary>
    public static bool TryRatio(string text, out int left, out int right)
    {
        right = 0;
        int colon = text.IndexOf(':');
        return int.TryParse(colon < 0 ? "" : text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out left)
            && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out right)
            && left <= 10_000 && right <= 10_000 && left + right > 0;
    }

    private string IntegerWords() => Maximum == long.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $"a whole number of {Minimum} or more")
        : string.Create(CultureInfo.InvariantCulture, $"a whole number from {Minimum} to {Maximum}");

    private string SizeWords(string samples) => Maximum == long.MaxValue
        ? $"a size of {ByteSize.Format(Minimum)} or more, such as {samples}"
        : $"a size from {ByteSize.Format(Minimum)} to {ByteSize.Format(Maximum)}, such as {samples}";

    private string DurationWords() => Minimum == 0
        ? "a time such as 30s or 1500ms (0 turns it off)"
        : "a time such as 30s or 1500ms, " + Duration.Format(TimeSpan.FromMilliseconds(Minimum)) + " or more";

    private string ChoiceWords() => Choices.Length == 1
        ? Choices[0]
        : string.Join(", ", Choices[..^1]) + " or " + Choices[^1];
}
