namespace Henge.Cluster.Lanes.Routes;

/// <summary>What to do with an operation next.</summary>
internal enum RouteKind
{
    /// <summary>Carry it out.</summary>
    Here,

    /// <summary>Carry it out once its keys are known to be fresh.</summary>
    Load,

    /// <summary>Send it to a peer.</summary>
    Hop,

    /// <summary>Look again later.</summary>
    Wait,

    /// <summary>Its keys have different owners.</summary>
    Split,

    /// <summary>Send it back: another node asked for it, and this one is not the owner.</summary>
    Back,

    /// <summary>There is nobody to ask.</summary>
    Gone,
}
