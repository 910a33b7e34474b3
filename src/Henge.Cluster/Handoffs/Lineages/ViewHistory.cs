using Henge.Cluster.Messages;
using Henge.Cluster.Rings;

namespace Henge.Cluster.Handoffs.Lineages;

/// <summary>
/// The views that one node has adopted, in order, each with a number that counts up from 0. The oldest are forgotten:
/// who was away for longer is served in full instead of in part.
/// </summary>
internal sealed class ViewHistory
{
    /// <summary>Most views kept, and sent.</summary>
    public const int MaxEpochs = 64;

    private readonly List<Epoch> _epochs = [];

    /// <summary>Number of the oldest view kept.</summary>
    public int First { get; private set; }

    /// <summary>Number of the newest; one less than <see cref="First"/> before there is any.</summary>
    public int Last => First + _epochs.Count - 1;

    /// <summary>Adopts a view; returns its number.</summary>
    public int Add(ViewId view, ulong clock)
    {
        _epochs.Add(new Epoch(view, clock));
        if (_epochs.Count > MaxEpochs)
        {
            _epochs.RemoveAt(0);
            First++;
        }
        return Last;
    }

    /// <summary>The number of a view; -1 when it is not known (any more).</summary>
    public int NumberOf(ViewId view)
    {
        for (int i = _epochs.Count - 1; i >= 0; i--)
        {
            if (_epochs[i].View == view)
            {
                return First + i;
            }
        }
        return -1;
    }

    /// <summary>The view of a number from <see cref="First"/> to <see cref="Last"/>.</summary>
    public ViewId ViewAt(int number) => _epochs[number - First].View;

    /// <summary>The clock at the end of a view: when the next was adopted. 0 when there is no next.</summary>
    public ulong ClockAfter(int number)
    {
        int next = number + 1 - First;
        return number >= First && next < _epochs.Count ? _epochs[next].Clock : 0;
    }

    /// <summary>Writes it.</summary>
    public void Write(MessageWriter writer)
    {
        writer.UInt32((uint)First);
        writer.UInt16((ushort)_epochs.Count);
        foreach (Epoch epoch in _epochs)
        {
            writer.UInt64(epoch.View.Value);
            writer.UInt64(epoch.Clock);
        }
    }

    /// <summary>Reads one.</summary>
    public static ViewHistory Read(ref MessageReader reader)
    {
        var history = new ViewHistory();
        uint first = reader.UInt32();
        int count = reader.UInt16();
        if (count > MaxEpochs || first > int.MaxValue / 2)
        {
            reader.Fail();
            return history;
        }
        history.First = (int)first;
        for (int i = 0; i < count; i++)
        {
            history._epochs.Add(new Epoch(new ViewId(reader.UInt64()), reader.UInt64()));
        }
        return history;
    }
}
