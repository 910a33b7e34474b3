using Henge.Commands.Arguments;
using Henge.Storage;
using Henge.Storage.Visits;

namespace Henge.Commands.Keys;

/// <summary>Copies the keys of one piece of a scan into a list.</summary>
internal struct KeyVisitor : IEntryVisitor
{
    private readonly ByteStringList _into;
    private readonly bool _hasType;
    private readonly EntryType _type;

    /// <summary>Visits into a list, all entries or those of one type.</summary>
    public KeyVisitor(ByteStringList into, bool hasType, EntryType type)
    {
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
        if (!_hasType || entry.Type == _type)
        {
            _into.Add(entry.Key);
        }
    }
}
