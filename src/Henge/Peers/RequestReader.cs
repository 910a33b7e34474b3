using Henge.Cluster.Lanes;
using Henge.Cluster.Members;

namespace Henge.Peers;

/// <summary>
/// Makes an operation of the request that another member sent, behind its kind; null when it makes no sense. Called on
/// the lane's thread; the bytes end with the call.
/// </summary>
internal delegate Operation? RequestReader(RingLane lane, MemberId from, ReadOnlySpan<byte> request);
