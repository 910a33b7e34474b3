namespace Henge.Routing;

/// <summary>Where a command goes.</summary>
internal enum Route : byte
{
    /// <summary>It is carried out here and now.</summary>
    Here = 0,

    /// <summary>Its reply is there without it having been carried out (MOVED, an error).</summary>
    Replied = 1,

    /// <summary>It is under way; its reply has a place in the session's order.</summary>
    UnderWay = 2,

    /// <summary>It must wait until the replies before it are there.</summary>
    Later = 3,
}
