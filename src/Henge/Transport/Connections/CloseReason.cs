namespace Henge.Transport.Connections;

/// <summary>Why a connection is closed.</summary>
internal enum CloseReason : byte
{
    /// <summary>It is not.</summary>
    None = 0,

    /// <summary>The client ended it, or reset it, or its network is gone.</summary>
    Peer,

    /// <summary>The session asked for it: QUIT, CLIENT KILL, a protocol error.</summary>
    Asked,

    /// <summary>Too many clients, protected mode, or no protocol that we speak here.</summary>
    Refused,

    /// <summary>More unsent output than <see cref="ClientLimits"/> allows.</summary>
    Output,

    /// <summary>A command that took too long to arrive.</summary>
    SlowCommand,

    /// <summary>First bytes that took too long to say which protocol is spoken.</summary>
    SlowDetection,

    /// <summary>No password in time.</summary>
    SlowAuthentication,

    /// <summary>Idle longer than allowed.</summary>
    Idle,

    /// <summary>The buffers of all connections together would pass their bound.</summary>
    Memory,

    /// <summary>A fault of ours.</summary>
    Fault,

    /// <summary>The node stops.</summary>
    Stop,
}
