namespace Henge.Security;

/// <summary>What became of a password that a client showed.</summary>
internal enum AuthenticationResult : byte
{
    /// <summary>It is the right one, or none is needed.</summary>
    Accepted = 0,

    /// <summary>Wrong user or password.</summary>
    Wrong = 1,

    /// <summary>Not even looked at: too many wrong ones came from that address lately.</summary>
    TooManyAttempts = 2,
}
