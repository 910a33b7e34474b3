namespace Henge.Cluster.Lanes.Flights;

/// <summary>
/// A list of operations, linked through their notes: an operation is in one list at most. All in O(1).
/// </summary>
internal sealed class OperationList
{
    private Operation? _last;

    /// <summary>The first; null when it is empty. The next follow by <see cref="LaneNotes.Next"/>.</summary>
    public Operation? First { get; private set; }

    /// <summary>Puts an operation at the end.</summary>
    public void Add(Operation operation)
    {
        ref LaneNotes notes = ref operation.Notes;
        notes.List = this;
        notes.Previous = _last;
        notes.Next = null;
        if (_last is null)
        {
            First = operation;
        }
        else
        {
            _last.Notes.Next = operation;
        }
        _last = operation;
    }

    /// <summary>Takes an operation out of the list it is in, if any.</summary>
    public static void Remove(Operation operation)
    {
        ref LaneNotes notes = ref operation.Notes;
        if (notes.List is not OperationList list)
        {
            return;
        }
        if (notes.Previous is null)
        {
            list.First = notes.Next;
        }
        else
        {
            notes.Previous.Notes.Next = notes.Next;
        }
        if (notes.Next is null)
        {
            list._last = notes.Previous;
        }
        else
        {
            notes.Next.Notes.Previous = notes.Previous;
        }
        notes.List = null;
        notes.Previous = notes.Next = null;
    }
}
