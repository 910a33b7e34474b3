using Henge.Cluster.Lanes;
using Henge.Cluster.Members;

namespace Henge.Peers;

/// <summary>
/// Who understands which requests of other members. Filled before the node starts; then read by all lanes, which call
/// <see cref="Accept"/> where <see cref="ILaneHost.Accept"/> is asked of them.
/// </summary>
internal sealed class RequestReaders
{
    private readonly RequestReader?[] _readers = new RequestReader?[byte.MaxValue + 1];

    /// <summary>Says who reads requests of a kind.</summary>
    public void Add(RequestKind kind, RequestReader reader) => _readers[(byte)kind] = reader;

    /// <summary>Makes an operation of a request; null when nobody understands it.</summary>
    public Operation? Accept(RingLane lane, MemberId from, ReadOnlySpan<byte> request) =>
        request.IsEmpty ? null : _readers[request[0]]?.Invoke(lane, from, request[1..]);
}
