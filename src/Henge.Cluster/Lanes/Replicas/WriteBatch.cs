using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.Lanes.Replicas;

/// <summary>What one operation, or the commands before one hold, wrote: its records, and who waits for them.</summary>
internal sealed class WriteBatch
{
    // A batch that carried more gives its memory back before it is used again.
    private const int KeptBytes = 64 << 10;

    private MessageWriter _bytes = new();
    private BatchRecord[] _records = new BatchRecord[4];

    /// <summary>Counts up when the batch is used again: what still points to it knows by this.</summary>
    public int Serial { get; private set; }

    /// <summary>Its records.</summary>
    public Span<BatchRecord> Records => _records.AsSpan(0, Count);

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of its records.</summary>
    public int Length => _bytes.Length;

    /// <summary>Records that not every copy has.</summary>
    public int Open { get; set; }

    /// <summary>The operation that ends with it; null for none.</summary>
    public Operation? Operation { get; set; }

    /// <summary>The hold that ends with it; null for none.</summary>
    public Hold? Hold { get; set; }

    /// <summary>When it is given up.</summary>
    public long DeadlineMs { get; set; }

    /// <summary>Its place in the list of batches.</summary>
    public int Index { get; set; }

    /// <summary>The bytes of a record.</summary>
    public ReadOnlySpan<byte> BytesOf(in BatchRecord record) => _bytes.Written.Slice(record.Offset, record.Length);

    /// <summary>Takes records in, as a <see cref="ChangeBuffer"/> has them.</summary>
    public void Fill(ReadOnlySpan<byte> records)
    {
        _bytes.Raw(records);
        var reader = new MessageReader(records);
        while (reader.Left > 0)
        {
            int offset = records.Length - reader.Left;
            EntryRecord record = RecordCodec.Read(ref reader);
            if (Count == _records.Length)
            {
                Array.Resize(ref _records, 2 * Count);
            }
            _records[Count++] = new BatchRecord
            {
                Offset = offset,
                Length = records.Length - reader.Left - offset,
                Slot = Slot.Of(record.Key),
            };
        }
        Open = Count;
    }

    /// <summary>Makes it ready to be used again.</summary>
    public void Reset()
    {
        Serial++;
        Count = 0;
        Open = 0;
        Operation = null;
        Hold = null;
        _bytes.Clear();
        if (_bytes.Capacity > KeptBytes)
        {
            _bytes = new MessageWriter();
            _records = new BatchRecord[4];
        }
    }
}
