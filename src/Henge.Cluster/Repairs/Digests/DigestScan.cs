using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Repairs.Digests;

/// <summary>One scan of the store that answers several requests for digests, a bounded piece at a time.</summary>
internal sealed class DigestScan
{
    private readonly DigestRequest?[] _bySlot = new DigestRequest?[Slot.Count];
    private ulong _cursor;

    /// <summary>Begins a scan for some requests. A slot counts for the last one that has it.</summary>
    public DigestScan(List<DigestRequest> requests)
    {
        Requests = requests;
        foreach (DigestRequest request in requests)
        {
            SlotSet slots = request.Slots;
            for (int slot = slots.Next(0); slot >= 0; slot = slots.Next(slot + 1))
            {
                _bySlot[slot] = request;
            }
        }
    }

    /// <summary>What it answers.</summary>
    public IReadOnlyList<DigestRequest> Requests { get; }

    /// <summary>Goes on; true when it has come to its end.</summary>
    public bool Step(Store store, int count, long nowMs)
    {
        var visitor = new DigestVisitor(_bySlot);
        _cursor = store.ScanRecords(_cursor, count, nowMs, ref visitor);
        return _cursor == 0;
    }
}
