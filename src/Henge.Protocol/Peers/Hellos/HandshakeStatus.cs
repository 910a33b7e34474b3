namespace Henge.Protocol.Peers.Hellos;

/// <summary>How far a hello has come.</summary>
internal enum HandshakeStatus : byte
{
    /// <summary>The other side is to speak next.</summary>
    Waiting,

    /// <summary>The link is up.</summary>
    Done,

    /// <summary>There will be no link; <see cref="Handshake.Refusal"/> says why.</summary>
    Refused,
}
