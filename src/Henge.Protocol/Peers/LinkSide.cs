namespace Henge.Protocol.Peers;

/// <summary>The two ends of a link. Append only: the numbers go into the check of every frame.</summary>
internal enum LinkSide : byte
{
    /// <summary>The node that opened the connection.</summary>
    Dialler = 1,

    /// <summary>The node that accepted it.</summary>
    Acceptor = 2,
}
