using System.Net.Sockets;

namespace Henge.Transport;

/// <summary>
/// Takes sockets whose first bytes are those of another node. The bytes were only peeked at, so all are still to be
/// read. From a call that returns true on, the socket belongs to the sink. Called from loop threads: it must not block.
/// </summary>
internal interface IPeerSocketSink
{
    /// <summary>Takes the socket; false when it takes no more, and then the caller closes it.</summary>
    bool TryTake(Socket socket);
}
