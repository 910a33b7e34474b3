namespace Henge.Security;

/// <summary>What became of a password that a client showed.</summary>
internal enum AuthenticationResult : byte
{
    /// <summary>It is the right one, or none is needed.</summary>
    Accepted = 0,

    /// <summary>Wrong user or password.</summary>
    Wrong = 1,

    /// <summary>Not even looked at: too many wrong ones came lately from that address or for that user.</summary>
    TooManyAttempts = 2,

    /// <summary>Not looked at: too many passwords are being checked.</summary>
    Busy = 3,

    /// <summary>Only its hash can tell, which takes long (<see cref="Authenticator.CheckSlowlyAsync"/>).</summary>
    Unknown = 4,
}
