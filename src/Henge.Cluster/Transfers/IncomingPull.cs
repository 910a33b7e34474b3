using Henge.Cluster.Members;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Transfers;

/// <summary>Slots that this node pulls from one member at one go.</summary>
internal sealed class IncomingPull
{
    /// <summary>Its number; changes when the pull begins anew, so that chunks of before are told apart.</summary>
    public required uint Id { get; set; }

    /// <summary>Who sends.</summary>
    public required MemberId Source { get; init; }

    /// <summary>Only newer versions are wanted.</summary>
    public required ulong Since { get; init; }

    /// <summary>When it may begin, on the monotonic clock.</summary>
    public required long DueMs { get; set; }

    /// <summary>The slots that are still wanted.</summary>
    public SlotSet Slots { get; set; } = new();

    /// <summary>Those of them whose records must be above the slot's floor.</summary>
    public SlotSet Foreign { get; set; } = new();

    /// <summary>While a plan is made: the slots that are wanted by it.</summary>
    public SlotSet Wanted { get; set; } = new();

    /// <summary>Whether it was asked for.</summary>
    public bool IsSent { get; set; }

    /// <summary>The next chunk.</summary>
    public uint NextChunk { get; set; }

    /// <summary>When anything came last, on the monotonic clock.</summary>
    public long HeardMs { get; set; }

    /// <summary>Records so far.</summary>
    public long Records { get; set; }

    /// <summary>Bytes so far.</summary>
    public long Bytes { get; set; }

    /// <summary>How far the source has come, 0 to 255.</summary>
    public byte Progress { get; set; }

    /// <summary>Back to the start.</summary>
    public void Reset(uint id, long dueMs)
    {
        (Id, DueMs, IsSent, NextChunk, Records, Bytes, Progress) = (id, dueMs, false, 0, 0, 0, 0);
    }
}
