using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Lanes;

/// <summary>
/// Gathers what the commands of one thread change, as records ready to be sent. The node's <see cref="IChangeSink"/>
/// gives each thread its own; a lane takes them after the commands have run.
/// </summary>
internal sealed class ChangeBuffer : IChangeSink
{
    // A burst of large values must not hold its memory for ever.
    private const int KeptBytes = 1 << 20;

    private MessageWriter _records = new();

    /// <summary>Records gathered.</summary>
    public int Count { get; private set; }

    /// <summary>The records, one after another, as <see cref="RecordCodec"/> writes them.</summary>
    public ReadOnlySpan<byte> Records => _records.Written;

    /// <inheritdoc/>
    public void Changed(in EntryRecord record)
    {
        RecordCodec.Write(_records, record);
        Count++;
    }

    /// <inheritdoc/>
    public void Merged(ReadOnlySpan<byte> key)
    {
        // The others have it.
    }

    /// <summary>Begins anew.</summary>
    public void Clear() => Truncate(0, 0);

    /// <summary>Forgets all but the first <paramref name="count"/> records, which take so many bytes.</summary>
    public void Truncate(int count, int length)
    {
        Count = count;
        _records.Truncate(length);
        if (length == 0 && _records.Capacity > KeptBytes)
        {
            _records = new MessageWriter();
        }
    }
}
