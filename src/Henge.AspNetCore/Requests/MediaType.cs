namespace Henge.AspNetCore.Requests;

/// <summary>What a request says its body is.</summary>
internal static class MediaType
{
    /// <summary>Whether it is JSON, with or without parameters.</summary>
    public static bool IsJson(string? contentType) => Is(contentType, "application/json");

    /// <summary>
    /// Whether a page of another site could send it without asking first (the form types of the Fetch standard).
    /// They are refused where POST changes something, whatever Origin says.
    /// </summary>
    public static bool IsForm(string? contentType) =>
        Is(contentType, "text/plain") || Is(contentType, "application/x-www-form-urlencoded")
        || Is(contentType, "multipart/form-data");

    /// <summary>Whether it can be kept and given back as a header: printable ASCII, at most 255 characters.</summary>
    public static bool CanBeKept(string contentType) =>
        contentType.Length <= 255 && !contentType.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool Is(string? contentType, string mediaType)
    {
        ReadOnlySpan<char> text = contentType;
        int semicolon = text.IndexOf(';');
        return (semicolon < 0 ? text : text[..semicolon]).Trim().Equals(mediaType, StringComparison.OrdinalIgnoreCase);
    }
}
