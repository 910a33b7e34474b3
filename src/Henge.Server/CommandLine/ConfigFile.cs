using System.Text.Json;

namespace Henge.Server.CommandLine;

/// <summary>
/// A configuration file: one JSON object whose names are the options' (<c>maxEntries</c>). Comments and trailing commas
/// are allowed. A name that is no option is an error, so that a typing mistake is not a silent default.
/// </summary>
internal sealed class ConfigFile
{
    private const long MostBytes = 1 << 20;

    private static readonly JsonDocumentOptions _rules = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private readonly Dictionary<CommandOption, string> _texts;

    private ConfigFile(string path, Dictionary<CommandOption, string> texts)
    {
        Path = path;
        _texts = texts;
    }

    /// <summary>Where it was read from.</summary>
    public string Path { get; }

    /// <summary>The text of an option, or null when the file does not set it.</summary>
    public string? this[CommandOption option] => _texts.GetValueOrDefault(option);

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">It cannot be read, is no JSON object, or names something unknown.</exception>
    public static ConfigFile Read(string path, IReadOnlyList<CommandOption> options)
    {
        byte[] json = FileReading.Bytes("--config", path, MostBytes);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, _rules);
            return new ConfigFile(path, Texts(path, document.RootElement, options));
        }
        catch (JsonException error)
        {
            throw new UsageException(
                $"--config {path}: not valid JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}");
        }
    }

    private static Dictionary<CommandOption, string> Texts(
        string path, JsonElement root, IReadOnlyList<CommandOption> options)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new UsageException($"--config {path}: expected one object, such as {{ \"port\": 7400 }}");
        }
        List<CommandOption> known = [.. options.Where(option => option.InFile)];
        Dictionary<CommandOption, string> texts = [];
        foreach (JsonProperty property in root.EnumerateObject())
        {
            CommandOption? option = known.Find(o => o.JsonName == property.Name || o.Name == property.Name);
            if (option is null)
            {
                string? meant = Suggestion.For(property.Name, known.Select(o => o.JsonName));
                string mend = meant is null ? "`henge --help` lists the options" : $"did you mean \"{meant}\"?";
                throw new UsageException($"--config {path}: unknown name \"{property.Name}\": {mend}");
            }
            texts[option] = Text(property.Value)
                ?? throw new UsageException(
                    $"--config {path}: \"{property.Name}\": expected a text, a number or true or false");
        }
        return texts;
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "on",
        JsonValueKind.False => "off",
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            string.Join(',', value.EnumerateArray().Select(item => item.GetString())),
        _ => null,
    };
}
