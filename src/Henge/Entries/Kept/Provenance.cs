using Henge.Cluster.Members;

namespace Henge.Entries.Kept;

/// <summary>
/// Where a value that is to be kept came from: what a first level needs, to know how long it is current.
/// </summary>
/// <param name="Owner">Who read it in its store.</param>
/// <param name="Generation">The generation in which it tells of changes; 0 where it cannot.</param>
/// <param name="LeftMs">Time that the entry had left by the owner's clock; -1: it does not expire.</param>
/// <param name="Attributes">What is kept beside the value (<see cref="EntryAttributes"/>).</param>
internal sealed record Provenance(MemberId Owner, ulong Generation, long LeftMs, byte[] Attributes);
