using System.Collections.Concurrent;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Peers;
using Henge.Storage;

namespace Henge.Tests.Routing;

/// <summary>The lane of a <see cref="TestNode"/>, and its surroundings.</summary>
internal sealed class TestLane : RingLane, ILaneHost, IChangeSink
{
    private readonly TestRing _ring;
    private readonly TestNode _node;
    private readonly ConcurrentQueue<Action<RingLane>> _posted = new();

    public TestLane(TestRing ring, TestNode node, ClusterSnapshot snapshot)
        : base(node.Node)
    {
        _ring = ring;
        _node = node;
        var options = new ClusterOptions { Copies = ring.Copies };
        Lane = new Lane(0, options, node.Node.Store, new LaneShared(), snapshot, this);
        node.Node.Store.ChangeSink = this;
    }

    public override Lane Lane { get; }

    public override ChangeBuffer Changes { get; } = new();

    public override Instant Now => _ring.Now;

    public bool HasWork => _posted.Count > 0;

    /// <summary>Takes what is sent, each message behind its length, in place of the network.</summary>
    public MessageWriter? Captured { get; set; }

    public override void Post(Action<RingLane> work) => _posted.Enqueue(work);

    public void Turn()
    {
        for (int left = _posted.Count; left > 0 && _posted.TryDequeue(out Action<RingLane>? work); left--)
        {
            work(this);
        }
        Lane.Flush(_ring.Now);
    }

    public bool TrySend(MemberId to, ReadOnlySpan<byte> message) => Capture(message) || Send(to, message.ToArray());

    public bool TryReply(long link, ReadOnlySpan<byte> message) => Capture(message) || Reply(link, message.ToArray());

    public Operation? Accept(MemberId from, ReadOnlySpan<byte> request) => Node.Requests.Accept(this, from, request);

    public void Quiesced(int lane, long snapshotNumber)
    {
    }

    public void Changed(in EntryRecord record)
    {
        Changes.Changed(in record);
        Node.Leases.Changed(record.Key);
    }

    public void Merged(ReadOnlySpan<byte> key) => Node.Leases.Changed(key);

    private bool Capture(ReadOnlySpan<byte> message)
    {
        Captured?.Bytes(message);
        return Captured is not null;
    }

    private bool Send(MemberId to, byte[] message)
    {
        TestNode? other = _ring.Nodes.Find(node => node.Self.Id == to);
        if (other is null || other.IsCut || _node.IsCut)
        {
            return false;
        }
        _ring.Send(() => other.Lane.Lane.Receive(_node.Self.Id, _node.Index, message, _ring.Now));
        return true;
    }

    private bool Reply(long link, byte[] message)
    {
        TestNode other = _ring[(int)link];
        _ring.Send(() => other.Lane.Lane.ReceiveReply(_node.Self.Id, message, _ring.Now));
        return !other.IsCut && !_node.IsCut;
    }
}
