namespace Henge.Cluster.FirstLevels;

/// <summary>
/// What an entry of a first level remembers of the moment at which it was fetched, to know whether it is still current
/// (<see cref="Reader.IsCurrent"/>). 32 bytes.
/// </summary>
/// <param name="Trust">How far its owner is trusted; null during the fetch, and where nobody vouches.</param>
/// <param name="Token">The trust's token then; before that, the reader's epoch.</param>
/// <param name="Line">The line of its key.</param>
/// <param name="LineNumber">The line's number before the key was asked for.</param>
/// <param name="FetchedAtMs">When it was asked for, on the monotonic clock.</param>
internal readonly record struct Stamp(Trust? Trust, int Token, Line Line, int LineNumber, long FetchedAtMs);
