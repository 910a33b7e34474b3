namespace Henge.Commands.Arguments;

/// <summary>How the number of an expiry is meant.</summary>
internal enum ExpiryUnit : byte
{
    /// <summary>No expiry was given.</summary>
    None = 0,

    /// <summary>Seconds from now (EX, EXPIRE).</summary>
    Seconds = 1,

    /// <summary>Milliseconds from now (PX, PEXPIRE).</summary>
    Milliseconds = 2,

    /// <summary>A unix time in seconds (EXAT, EXPIREAT).</summary>
    UnixSeconds = 3,

    /// <summary>A unix time in milliseconds (PXAT, PEXPIREAT).</summary>
    UnixMilliseconds = 4,
}
