using Henge.Cluster.Lanes;
using Henge.Commands;

namespace Henge.Sessions.Pending;

/// <summary>
/// Replies of commands that ran here and wait until what they wrote is where it should be: those of a batch together,
/// so
/// that a pipeline of writes is one message to the replicas. Belongs to the lane's thread.
/// </summary>
internal sealed class HeldReplies : Hold
{
    private const int MostSpare = 256;

    [ThreadStatic]
    private static Stack<HeldReplies>? t_spare;

    private readonly List<(int End, bool Wrote)> _marks = [];
    private ReplyPlace? _place;

    /// <summary>Takes replies over.</summary>
    /// <param name="place">Their place.</param>
    /// <param name="replies">Their bytes.</param>
    /// <param name="marks">Where each ends, and whether its command wrote.</param>
    public static HeldReplies Of(ReplyPlace place, ReadOnlySpan<byte> replies, List<(int End, bool Wrote)> marks)
    {
        HeldReplies held = t_spare is { Count: > 0 } spare ? spare.Pop() : new HeldReplies();
        held._place = place;
        held._marks.AddRange(marks);
        place.Append(replies);
        return held;
    }

    /// <inheritdoc/>
    public override void Release(Outcome outcome)
    {
        ReplyPlace place = _place!;
        if (outcome != Outcome.Done)
        {
            ReplaceWrites(place);
        }
        _place = null;
        _marks.Clear();
        Stack<HeldReplies> spare = t_spare ??= new Stack<HeldReplies>();
        if (spare.Count < MostSpare)
        {
            spare.Push(this);
        }
        place.Complete();
    }

    /// <summary>The replies of writes become errors, those of reads between them stay.</summary>
    private void ReplaceWrites(ReplyPlace place)
    {
        byte[] replies = place.Bytes.ToArray();
        place.Truncate();
        int start = 0;
        foreach ((int end, bool wrote) in _marks)
        {
            int until = Math.Min(end, replies.Length);
            if (wrote && until > start)
            {
                place.Append(Errors.Line(Outcome.Unknown));
            }
            else
            {
                place.Append(replies.AsSpan(start, until - start));
            }
            start = until;
        }
    }
}
