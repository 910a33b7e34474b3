using System.Net;

using Henge.Peers;
using Henge.Protocol;
using Henge.Transport;

namespace Henge.Tests.Sessions;

/// <summary>A connection without a network: keeps what is pushed and how it was closed.</summary>
internal sealed class RecordingConnection : IClientConnection
{
    private readonly List<byte> _pushed = [];

    public EndPoint RemoteEndPoint { get; init; } = new IPEndPoint(IPAddress.Loopback, 50000);

    public EndPoint LocalEndPoint { get; init; } = new IPEndPoint(IPAddress.Loopback, 7400);

    public long PendingOutputBytes { get; set; }

    public RingLane? Lane { get; set; }

    /// <summary>How often the session asked to be run.</summary>
    public int Readied { get; private set; }

    public bool IsClosed { get; private set; }

    public ReadOnlySpan<byte> Pushed => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pushed);

    public void Push(ReadOnlyMemory<byte> bytes) => _pushed.AddRange(bytes.Span);

    public void TakePushed(RespWriter reply)
    {
        reply.Raw(Pushed);
        _pushed.Clear();
    }

    public void RepliesReady() => Readied++;

    public void Close(bool afterPendingOutput) => IsClosed = true;
}
