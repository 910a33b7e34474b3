using Henge.Simulator.Time;
using Henge.Storage;

namespace Henge.Simulator.Nodes;

/// <summary>What a store has under one key, as checks compare it.</summary>
internal struct RecordView : IRecordVisitor
{
    public KeyState State;
    public ulong Version;
    public long ExpiresAtMs;
    public ulong ValueHash;

    /// <summary>Looks into a node's store.</summary>
    public static RecordView Of(SimNode node, ReadOnlySpan<byte> key, long nowMs)
    {
        var view = default(RecordView);
        view.State = node.Store.Inspect(key, nowMs, ref view);
        return view;
    }

    /// <inheritdoc/>
    public void Visit(in EntryRecord record)
    {
        Version = record.Version;
        ExpiresAtMs = record.ExpiresAtMs;
        ValueHash = EventHash.Of(record.Value);
    }

    public override readonly string ToString() =>
        State == KeyState.Absent ? "nothing"
            : $"{(State == KeyState.Live ? "value" : "tombstone")} {Version:x}, expiry {ExpiresAtMs}";
}
