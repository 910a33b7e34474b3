namespace Henge.Protocol.Requests;

/// <summary>
/// How large one request may be. What is too large is refused from its declared length, never buffered.
/// </summary>
internal sealed class RespLimits
{
    /// <summary>
    /// Bytes of a value beyond the longest allowed that are still read, so that the command can say so.
    /// </summary>
    private const int ValueSlackBytes = 1 << 20;

    /// <summary>
    /// Longest line with a count or length, in bytes: "*" or "$", a sign, 19 digits and CRLF fit. Redis waits for 64
    /// KiB; nothing legal is longer than this, so waiting would only hold memory.
    /// </summary>
    public const int MaxHeaderBytes = 32;

    /// <summary>Fewest bytes a word can take: "$0", CRLF, CRLF.</summary>
    public const int MinBulkBytes = 6;

    /// <summary>
    /// What a client may send while a password is asked of it: enough for AUTH and HELLO, and as little as Redis allows
    /// (10 words, 16 KiB each), so that strangers cannot hold memory. 64 KiB for a request as a whole.
    /// </summary>
    public static RespLimits Unauthenticated { get; } = new()
    {
        MaxArguments = 10,
        MaxBulkBytes = 16 * 1024,
        MaxInlineBytes = 16 * 1024,
        MaxRequestBytes = 64 * 1024,
        IsUnauthenticated = true,
    };

    /// <summary>
    /// Most words of a command: 1,048,576, as Redis. At 8 bytes a word the list of words stays below 8 MiB.
    /// </summary>
    public int MaxArguments { get; init; } = 1024 * 1024;

    /// <summary>
    /// Longest word in bytes: 512 MiB is Redis's bound; a node lowers it to its longest value and some slack.
    /// </summary>
    public int MaxBulkBytes { get; init; } = 512 << 20;

    /// <summary>
    /// Longest inline line in bytes, its end not counted: 64 KiB, as Redis. Inline is for people at a terminal.
    /// </summary>
    public int MaxInlineBytes { get; init; } = 64 * 1024;

    /// <summary>Most bytes of one request, framing included, since a request is executed from one buffer.</summary>
    public int MaxRequestBytes { get; init; } = 768 << 20;

    /// <summary>
    /// Whether these are the limits of a client that has yet to authenticate; the error texts then say so.
    /// </summary>
    public bool IsUnauthenticated { get; init; }

    /// <summary>
    /// Limits of a node whose longest value has <paramref name="maxValueBytes"/>. A request holds one such value, or
    /// 64 MiB of smaller ones, and never more than <paramref name="maxInputBytes"/>; a value up to 1 MiB too long is
    /// still read, so that the answer is an error of the command and the connection lives on; a longer one is refused
    /// by its declared length.
    /// </summary>
    public static RespLimits ForMaxValue(int maxValueBytes, long maxInputBytes)
    {
        int bulk = (int)Math.Min(512L << 20, (long)maxValueBytes + ValueSlackBytes);
        return new RespLimits
        {
            MaxBulkBytes = bulk,
            MaxRequestBytes = (int)Math.Min(maxInputBytes, Math.Max(64 << 20, bulk + ValueSlackBytes)),
        };
    }
}
