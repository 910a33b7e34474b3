namespace Henge.Cluster.Lanes.Routes;

/// <summary>Where an operation goes next.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Peer">To whom it is sent; null for the other kinds.</param>
/// <param name="IsRelay">Whether that peer is not the owner but may send it on.</param>
internal readonly record struct Route(RouteKind Kind, Peer? Peer = null, bool IsRelay = false);
