namespace Henge.Protocol.Requests;

/// <summary>What <see cref="HeaderNumber.Read"/> found.</summary>
internal enum HeaderStatus : byte
{
    /// <summary>A number and its CRLF.</summary>
    Complete,

    /// <summary>Well formed so far.</summary>
    NeedMore,

    /// <summary>Not a number in its one legal form.</summary>
    Invalid,

    /// <summary>Longer than any legal number.</summary>
    TooLong,
}
