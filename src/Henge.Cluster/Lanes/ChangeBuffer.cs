using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Lanes;

/// <summary>
/// Gathers what the commands of one thread change, as records ready to be sent. The node's <see cref="IChangeSink"/> gives
/// each thread its own; a lane takes them after the commands have run.
/// </summary>
internal sealed class ChangeBuffer : IChangeSink
{
    private readonly MessageWriter _records = new();

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

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _records.Clear();
        Count = 0;
    }
}
