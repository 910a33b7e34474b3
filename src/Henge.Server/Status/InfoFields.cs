using System.Globalization;

namespace Henge.Server.Status;

/// <summary>The lines of INFO by their names. What a server does not send is 0 or empty.</summary>
internal sealed class InfoFields
{
    private readonly Dictionary<string, string> _fields = [];

    /// <summary>Reads the text that INFO answers; headings are left out.</summary>
    public InfoFields(string info)
    {
        foreach (string line in info.Split('\n', StringSplitOptions.TrimEntries))
        {
            int colon = line.IndexOf(':');
            if (colon > 0 && line[0] != '#')
            {
                _fields[line[..colon]] = line[(colon + 1)..];
            }
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<string, string> All => _fields;

    /// <summary>A text.</summary>
    public string Text(string name, string otherwise = "") => _fields.GetValueOrDefault(name, otherwise);

    /// <summary>A whole number.</summary>
    public long Number(string name) =>
        long.TryParse(_fields.GetValueOrDefault(name), CultureInfo.InvariantCulture, out long value) ? value : 0;
}
