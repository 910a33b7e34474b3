namespace Henge.Cluster.Lanes.Fetches;

/// <summary>A question that is to be sent.</summary>
/// <param name="Fetch">For which key.</param>
/// <param name="Serial">Which use of it.</param>
/// <param name="Source">To whom.</param>
internal readonly record struct UnsentAsk(KeyFetch Fetch, int Serial, Peer Source);
