using System.Numerics;

using Henge.Storage;

namespace Henge.Cluster.Transfers;

/// <summary>Gives each record to the pulls that want its slot.</summary>
internal struct PushVisitor : IRecordVisitor
{
    private readonly uint[] _masks;
    private readonly OutgoingPull?[] _pulls;
    private readonly long _relativeToMs;

    /// <summary>Creates a visitor over masks of pulls by slot.</summary>
    /// <param name="masks">For each slot, a bit for each pull.</param>
    /// <param name="pulls">The pulls.</param>
    /// <param name="relativeToMs">
    /// 0; a planted bug sends the time that is left from this moment instead of the expiry.
    /// </param>
    public PushVisitor(uint[] masks, OutgoingPull?[] pulls, long relativeToMs) =>
        (_masks, _pulls, _relativeToMs) = (masks, pulls, relativeToMs);

    /// <summary>Records seen.</summary>
    public int Visited;

    /// <summary>Bytes given to pulls.</summary>
    public long Bytes;

    /// <inheritdoc/>
    public void Visit(in EntryRecord record)
    {
        Visited++;
        uint mask = _masks[Slot.Of(record.Key).Number];
        for (; mask != 0; mask &= mask - 1)
        {
            OutgoingPull? pull = _pulls[BitOperations.TrailingZeroCount(mask)];
            if (pull is null || record.Version <= pull.Since)
            {
                continue;
            }
            long before = pull.Bytes;
            if (_relativeToMs != 0 && record.ExpiresAtMs != 0)
            {
                EntryRecord relative = record with { ExpiresAtMs = Math.Max(1, record.ExpiresAtMs - _relativeToMs) };
                pull.Take(in relative);
            }
            else
            {
                pull.Take(in record);
            }
            Bytes += pull.Bytes - before;
        }
    }
}
