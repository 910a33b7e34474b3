using System.Runtime.CompilerServices;

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

    private readonly ulong[] _views = new ulong[MaxEpochs];
    private readonly ulong[] _clocks = new ulong[MaxEpochs];

    // Where in the two above a view is, plus one; ids are hashes, and a place that is taken leads to the next.
    private readonly byte[] _places = new byte[2 * MaxEpochs];
    private int _count;

    /// <summary>Number of the oldest view kept.</summary>
    public int First { get; private set; }

    /// <summary>Number of the newest; one less than <see cref="First"/> before there is any.</summary>
    public int Last => First + _count - 1;

    /// <summary>Adopts a view; returns its number.</summary>
    public int Add(ViewId view, ulong clock)
    {
        if (_count == MaxEpochs)
        {
            Array.Copy(_views, 1, _views, 0, MaxEpochs - 1);
            Array.Copy(_clocks, 1, _clocks, 0, MaxEpochs - 1);
            _count--;
            First++;
            Array.Clear(_places);
            for (int i = 0; i < _count; i++)
            {
                Index(i);
            }
        }
        Put(view.Value, clock);
        return Last;
    }

    /// <summary>The number of a view; -1 when it is not known (any more).</summary>
    /// <remarks>Asked for every lineage and holder of every slot (<see cref="Plans.LoadPlanner"/>).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int NumberOf(ViewId view)
    {
        for (uint at = (uint)view.Value % (2 * MaxEpochs); _places[at] != 0; at = (at + 1) % (2 * MaxEpochs))
        {
            int place = _places[at] - 1;
            if (_views[place] == view.Value)
            {
                return First + place;
            }
        }
        return -1;
    }

    /// <summary>The view of a number from <see cref="First"/> to <see cref="Last"/>.</summary>
    public ViewId ViewAt(int number) => new(_views[number - First]);

    /// <summary>The clock at the end of a view: when the next was adopted. 0 when there is no next.</summary>
    public ulong ClockAfter(int number)
    {
        int next = number + 1 - First;
        return number >= First && next < _count ? _clocks[next] : 0;
    }

    /// <summary>Writes it.</summary>
    public void Write(MessageWriter writer)
    {
        writer.UInt32((uint)First);
        writer.UInt16((ushort)_count);
        for (int i = 0; i < _count; i++)
        {
            writer.UInt64(_views[i]);
            writer.UInt64(_clocks[i]);
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
            history.Put(reader.UInt64(), reader.UInt64());
        }
        return history;
    }

    private void Put(ulong view, ulong clock)
    {
        (_views[_count], _clocks[_count]) = (view, clock);
        Index(_count++);
    }

    // A view that is named twice, as nobody does, is found where it was named last.
    private void Index(int place)
    {
        uint at = (uint)_views[place] % (2 * MaxEpochs);
        while (_places[at] != 0 && _views[_places[at] - 1] != _views[place])
        {
            at = (at + 1) % (2 * MaxEpochs);
        }
        _places[at] = (byte)(place + 1);
    }
}
