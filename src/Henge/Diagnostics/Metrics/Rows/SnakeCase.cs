using System.Text;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>Names of the code as values of tags.</summary>
internal static class SnakeCase
{
    /// <summary>MemberJoined as member_joined.</summary>
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (char letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }
            text.Append(char.ToLowerInvariant(letter));
        }
        return text.ToString();
    }
}
