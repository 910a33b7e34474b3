namespace Henge.Protocol.Peers.Hellos;

/// <summary>The messages of a hello, in their order. Append only: the numbers are sent.</summary>
internal enum HelloKind : byte
{
    /// <summary>The dialler describes itself and asks with its nonce.</summary>
    Hello = 1,

    /// <summary>The acceptor describes itself and asks with its nonce.</summary>
    Answer = 2,

    /// <summary>The dialler proves that it knows the secret; empty without one.</summary>
    Proof = 3,

    /// <summary>The acceptor proves it too; the link is up.</summary>
    Welcome = 4,

    /// <summary>Either side refuses; a byte says why (<see cref="Refusal"/>).</summary>
    Refused = 5,
}
