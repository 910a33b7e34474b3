using Henge.Cluster.Messages;
using Henge.Cluster.Repairs.Digests;
using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Repairs.Keys;

/// <summary>
/// What a node has in a scope, as messages:
/// <code>
/// u8 kind | u64 view | u32 batch | u32 number | u8 flags (1: the last, 2: the sender is full) | scope
/// keys, each: u8 is tombstone | u64 version | u64 content | u32 length and key
/// </code>
/// </summary>
internal sealed class KeyListing
{
    /// <summary>The last message of a listing.</summary>
    public const byte Last = 1;

    /// <summary>The sender has no room for entries it lacks.</summary>
    public const byte Full = 2;

    private const int FlagsAt = 1 + sizeof(ulong) + 2 * sizeof(uint);

    private readonly ViewId _view;
    private readonly uint _batch;
    private readonly KeyScope _scope;
    private readonly byte _flags;
    private readonly int _messageBytes;
    private MessageWriter _filling;

    /// <summary>Begins a listing.</summary>
    public KeyListing(ViewId view, uint batch, KeyScope scope, bool isFull, int messageBytes)
    {
        (_view, _batch, _scope, _messageBytes) = (view, batch, scope, messageBytes);
        _flags = isFull ? Full : (byte)0;
        _filling = Begin();
    }

    /// <summary>The messages, once <see cref="End"/> was called.</summary>
    public List<MessageWriter> Messages { get; } = [];

    /// <summary>Bytes listed.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds an entry or tombstone.</summary>
    public void Add(in EntryRecord record)
    {
        if (_filling.Length + record.Key.Length > _messageBytes)
        {
            Messages.Add(_filling);
            _filling = Begin();
        }
        int before = _filling.Length;
        _filling.Byte(record.IsTombstone ? (byte)1 : (byte)0);
        _filling.UInt64(record.Version);
        _filling.UInt64(Fingerprint.OfContent(in record));
        _filling.Bytes(record.Key);
        Bytes += _filling.Length - before;
    }

    /// <summary>Nothing more comes.</summary>
    public void End()
    {
        _filling.PatchByte(FlagsAt, (byte)(_flags | Last));
        Messages.Add(_filling);
    }

    private MessageWriter Begin()
    {
        var writer = new MessageWriter(_messageBytes + 1024);
        writer.Begin(MessageKind.SlotKeys);
        writer.UInt64(_view.Value);
        writer.UInt32(_batch);
        writer.UInt32((uint)Messages.Count);
        writer.Byte(_flags);
        _scope.Write(writer);
        return writer;
    }
}
