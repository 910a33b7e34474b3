using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Transfers;

/// <summary>One walk over the store that serves several pulls: each record is looked at once.</summary>
internal sealed class PushWalk : IDisposable
{
    /// <summary>Most pulls of one walk: each is a bit of a mask.</summary>
    public const int MaxPulls = 32;

    private readonly RecordWalk _walk;
    private readonly uint[] _masks = new uint[Slot.Count];
    private readonly OutgoingPull?[] _pulls = new OutgoingPull?[MaxPulls];
    private readonly long _expected;
    private long _visited;
    private int _step = 16;

    /// <summary>Begins a walk for some pulls, at most <see cref="MaxPulls"/>.</summary>
    public PushWalk(Store store, List<OutgoingPull> pulls)
    {
        _walk = new RecordWalk(store);
        _expected = Math.Max(1, store.Count);
        for (int i = 0; i < pulls.Count; i++)
        {
            _pulls[i] = pulls[i];
            SlotSet slots = pulls[i].Slots;
            for (int slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
            {
                _masks[slot] |= 1u << i;
            }
        }
    }

    /// <summary>Whether it has reached the end.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsDeserted => Array.TrueForAll(_pulls, pull => pull is null);

    /// <summary>Whether one of its pulls has as much as it can send now.</summary>
    public bool IsHeldUp => Array.Exists(_pulls, pull => pull is { IsFull: true });

    /// <summary>
    /// Walks a little; returns about how many bytes of work that was. Large records make the steps short, so that
    /// little more than a chunk is gathered at a time.
    /// </summary>
    public int Step(int chunkBytes, long nowMs, bool relativeExpiry)
    {
        var visitor = new PushVisitor(_masks, _pulls, relativeExpiry ? nowMs : 0);
        IsDone = !_walk.Next(_step, nowMs, ref visitor);
        _visited += visitor.Visited;
        _step = visitor.Bytes > chunkBytes ? Math.Max(1, _step / 4) : Math.Min(256, _step * 2);
        byte progress = (byte)Math.Min(255, _visited * 255 / _expected);
        foreach (OutgoingPull? pull in _pulls)
        {
            if (pull is not null)
            {
                pull.Progress = progress;
            }
        }
        return (int)visitor.Bytes + 16 * visitor.Visited;
    }

    /// <summary>Leaves a pull out from now on.</summary>
    public void Remove(OutgoingPull pull)
    {
        int index = Array.IndexOf(_pulls, pull);
        if (index >= 0)
        {
            _pulls[index] = null;
        }
    }

    /// <summary>Says to its pulls that all was gathered.</summary>
    public void Finish()
    {
        foreach (OutgoingPull? pull in _pulls)
        {
            if (pull is not null)
            {
                pull.Close();
                pull.IsGathered = true;
            }
        }
    }

    /// <summary>Ends the walk.</summary>
    public void Dispose() => _walk.Dispose();
}
