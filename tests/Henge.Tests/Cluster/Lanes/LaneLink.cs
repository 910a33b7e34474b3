using Henge.Cluster.Messages;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>A data link in memory: requests one way, answers the other, in order; buffers are used again.</summary>
internal sealed class LaneLink(LaneNode from, LaneNode to, long id)
{
    private readonly Queue<MessageWriter> _requests = new();
    private readonly Queue<MessageWriter> _replies = new();
    private readonly Stack<MessageWriter> _free = new();

    public LaneNode From { get; } = from;

    public LaneNode To { get; } = to;

    public long Id { get; } = id;

    /// <summary>Whether messages stay under way.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether only answers stay under way.</summary>
    public bool HoldsReplies { get; set; }

    /// <summary>Whether it takes no more requests, as a full queue.</summary>
    public bool IsFull { get; set; }

    public int Requests => _requests.Count;

    public int Replies => _replies.Count;

    /// <summary>Copies of all requests that went over it, when set.</summary>
    public List<byte[]>? Log { get; set; }

    public void Request(ReadOnlySpan<byte> message)
    {
        Log?.Add(message.ToArray());
        Put(_requests, message);
    }

    public void Reply(ReadOnlySpan<byte> message) => Put(_replies, message);

    public bool DeliverRequest(LaneRing ring)
    {
        if (IsHeld || !_requests.TryDequeue(out MessageWriter? message))
        {
            return false;
        }
        ring.Expect(To.Lane.Receive(From.Id, Id, message.Written, ring.Now));
        _free.Push(message);
        return true;
    }

    public bool DeliverReply(LaneRing ring)
    {
        if (IsHeld || HoldsReplies || !_replies.TryDequeue(out MessageWriter? message))
        {
            return false;
        }
        ring.Expect(From.Lane.ReceiveReply(To.Id, message.Written, ring.Now));
        _free.Push(message);
        return true;
    }

    /// <summary>Takes the next answer off the link.</summary>
    public byte[] TakeReply() => _replies.Dequeue().Written.ToArray();

    private void Put(Queue<MessageWriter> queue, ReadOnlySpan<byte> message)
    {
        MessageWriter copy = _free.TryPop(out MessageWriter? free) ? free : new MessageWriter();
        copy.Clear();
        copy.Raw(message);
        queue.Enqueue(copy);
    }
}
