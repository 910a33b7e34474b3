using Henge.Cluster;
using Henge.Commands.Arguments;
using Henge.Routing.Operations;
using Henge.Storage;
using Henge.Storage.Visits;

namespace Henge.Commands.Keys;

/// <summary>Copies the keys of one piece of a scan into a list.</summary>
internal struct KeyVisitor : IEntryVisitor
{
    private readonly ByteStringList _into;
    private readonly bool _hasType;
    private readonly EntryType _type;
    private readonly ClusterSnapshot? _part;

    /// <summary>Visits into a list, all entries or those of one type.</summary>
    /// <param name="into">Gets the keys.</param>
    /// <param name="hasType">Whether only one type is wanted.</param>
    /// <param name="type">Which.</param>
    /// <param name="part">Where it says that another member names a key, the key is left out; null for all.</param>
    public KeyVisitor(ByteStringList into, bool hasType, EntryType type, ClusterSnapshot? part = null)
    {
        _part = part;
        _into = into;
        _hasType = hasType;
        _type = type;
    }

    /// <summary>Entries seen, of any type.</summary>
    public int Visited { get; private set; }

    /// <inheritdoc/>
    public void Visit(in EntryView entry)
    {
        Visited++;
        if ((!_hasType || entry.Type == _type)
            && (_part is null || PeerRingCommands.Answers(_part, Slot.Of(entry.Key))))
        {
            _into.Add(entry.Key);
        }
    }
}
