namespace Henge.Cluster.Lanes.Flights;

/// <summary>
/// What came of a forward: an <see cref="Outcome"/>, or one of these. Append only: the numbers are sent.
/// </summary>
internal enum ForwardResult : byte
{
    /// <summary>The receiver is not the owner in its view: look again when the views agree.</summary>
    NotOwner = 254,

    /// <summary>It came behind one that was refused: send it again in its turn.</summary>
    Behind = 255,
}
