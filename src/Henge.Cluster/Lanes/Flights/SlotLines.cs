namespace Henge.Cluster.Lanes.Flights;

/// <summary>
/// Keeps the order of operations on a slot. While one of them waits, for whatever reason, later ones wait behind it;
/// what was sent and came back undone goes back to where it was. An operation on several slots stands in several lines
/// and goes when it is first in each: places are taken in all lines at once and in one order, so none waits in a
/// circle. What was sent to one peer must be answered before anything of the slot goes elsewhere, or is carried out
/// here, or goes after a refusal of that peer, which may have refused it too (<see cref="Answers"/>).
/// Slots, not keys: a line costs nothing while nothing waits, and keys being fetched are fetched ahead all the same.
/// </summary>
internal sealed class SlotLines
{
    // By slot the number of its line, from 1; 0 where nothing is under way. Looked at twice for each operation, and so
    // kept small: an array of references is four times as long, and would seldom be in cache.
    private readonly ushort[] _numbers = new ushort[Slot.Count];
    private readonly List<SlotLine> _lines = [];
    private readonly Stack<ushort> _freeNumbers = new();
    private readonly Queue<Operation> _ready = new();
    private SlotPlace? _freePlaces;

    /// <summary>Whether nothing is under way on a slot.</summary>
    public bool IsFree(Slot slot) => _freeNumbers.Count == _lines.Count || _numbers[slot.Number] == 0;

    /// <summary>Whether nobody waits in any of the operation's lines.</summary>
    public bool IsOpen(Operation operation)
    {
        for (int i = 0; i < operation.KeyCount; i++)
        {
            if (Find(operation.SlotAt(i)) is { Head: not null })
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>
    /// Whether an operation without anybody before it may be sent to a peer (null: carried out here) without overtaking
    /// what is in flight.
    /// </summary>
    public bool MayGo(Operation operation, Peer? to)
    {
        for (int i = 0; i < operation.KeyCount; i++)
        {
            if (Find(operation.SlotAt(i)) is { InFlight: > 0 } line
                && (line.Route != to || line.RefusalsSeen != to!.RefusalsSeen || operation.Notes.CameBack))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Lets an operation wait where its sequence number says.</summary>
    public void Enter(Operation operation)
    {
        operation.Notes.Blockers = 0;
        for (int i = 0; i < operation.KeyCount; i++)
        {
            Insert(operation, Line(operation.SlotAt(i)));
        }
    }

    /// <summary>Takes an operation out of its lines; who is first now is ready.</summary>
    public void Leave(Operation operation)
    {
        SlotPlace? place = operation.Notes.Places;
        operation.Notes.Places = null;
        while (place is not null)
        {
            SlotPlace? other = place.Other;
            Take(place);
            place = other;
        }
    }

    /// <summary>Counts an operation as sent.</summary>
    public void Depart(Operation operation, Peer to)
    {
        for (int i = 0; i < operation.KeyCount; i++)
        {
            SlotLine line = Line(operation.SlotAt(i));
            line.InFlight++;
            line.Route = to;
            line.RefusalsSeen = to.RefusalsSeen;
        }
    }

    /// <summary>Counts an operation as answered.</summary>
    public void Arrive(Operation operation)
    {
        for (int i = 0; i < operation.KeyCount; i++)
        {
            SlotLine line = Find(operation.SlotAt(i))!;
            if (--line.InFlight == 0)
            {
                line.Route = null;
                LookAtHead(line);
            }
        }
    }

    /// <summary>Says that an operation should be looked at again.</summary>
    public void Wake(Operation operation)
    {
        if (!operation.Notes.IsReady)
        {
            operation.Notes.IsReady = true;
            _ready.Enqueue(operation);
        }
    }

    /// <summary>The next to be looked at.</summary>
    public bool TryTakeReady(out Operation operation)
    {
        while (_ready.TryDequeue(out operation!))
        {
            operation.Notes.IsReady = false;
            if (operation.Notes is { Stage: Stage.Queued, Blockers: 0 })
            {
                return true;
            }
        }
        return false;
    }

    private SlotLine Line(Slot slot)
    {
        ref ushort number = ref _numbers[slot.Number];
        if (number == 0)
        {
            number = TakeFree();
            _lines[number - 1].Slot = slot;
        }
        return _lines[number - 1];
    }

    private SlotLine? Find(Slot slot) => _numbers[slot.Number] is > 0 and var number ? _lines[number - 1] : null;

    private ushort TakeFree()
    {
        if (!_freeNumbers.TryPop(out ushort number))
        {
            _lines.Add(new SlotLine());
            number = (ushort)_lines.Count;
        }
        return number;
    }

    private void Insert(Operation operation, SlotLine line)
    {
        long sequence = operation.Notes.Sequence;
        SlotPlace? before = line.Tail;
        while (before is not null && before.Operation!.Notes.Sequence > sequence)
        {
            before = before.Previous;
        }
        if (before is not null && before.Operation == operation)
        {
            return; // Another of its keys is of this slot too.
        }
        SlotPlace place = _freePlaces ?? new SlotPlace();
        _freePlaces = place.Other;
        place.Operation = operation;
        place.Line = line;
        place.Other = operation.Notes.Places;
        operation.Notes.Places = place;
        place.Previous = before;
        place.Next = before is null ? line.Head : before.Next;
        if (place.Next is null)
        {
            line.Tail = place;
        }
        else
        {
            place.Next.Previous = place;
        }
        if (before is null)
        {
            line.Head = place;
            if (place.Next is not null)
            {
                place.Next.Operation!.Notes.Blockers++;
            }
        }
        else
        {
            before.Next = place;
            operation.Notes.Blockers++;
        }
    }

    private void Take(SlotPlace place)
    {
        SlotLine line = place.Line!;
        bool wasFirst = place.Previous is null;
        if (place.Next is null)
        {
            line.Tail = place.Previous;
        }
        else
        {
            place.Next.Previous = place.Previous;
        }
        if (wasFirst)
        {
            line.Head = place.Next;
            if (line.Head is not null)
            {
                line.Head.Operation!.Notes.Blockers--;
            }
        }
        else
        {
            place.Previous!.Next = place.Next;
        }
        place.Operation = null;
        place.Line = null;
        place.Previous = place.Next = null;
        place.Other = _freePlaces;
        _freePlaces = place;
        if (wasFirst)
        {
            LookAtHead(line);
        }
    }

    private void LookAtHead(SlotLine line)
    {
        if (line.Head is { Operation: { } first })
        {
            if (first.Notes.Blockers == 0)
            {
                Wake(first);
            }
        }
        else if (line.InFlight == 0)
        {
            ref ushort number = ref _numbers[line.Slot.Number];
            _freeNumbers.Push(number);
            number = 0;
        }
    }
}
