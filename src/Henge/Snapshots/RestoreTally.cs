using Henge.Storage;

namespace Henge.Snapshots;

/// <summary>What became of the records of a snapshot.</summary>
internal sealed class RestoreTally
{
    private readonly long[] _results = new long[(int)MergeResult.OutOfMemory + 1];

    /// <summary>Records of slots of which this node is no copy.</summary>
    public long Elsewhere { get; set; }

    /// <summary>Entries that are here because of it. Tombstones count too.</summary>
    public long Applied => _results[(int)MergeResult.Applied] + _results[(int)MergeResult.Same];

    /// <summary>Those that had expired or were invalidated.</summary>
    public long Expired => _results[(int)MergeResult.Expired];

    /// <summary>Those that were changed, deleted or flushed since.</summary>
    public long Older => _results[(int)MergeResult.Older] + _results[(int)MergeResult.BelowFloor];

    /// <summary>Those for which there is no room.</summary>
    public long NoRoom => _results[(int)MergeResult.TooLarge] + _results[(int)MergeResult.OutOfMemory];

    /// <summary>Counts one.</summary>
    public void Add(MergeResult result) => _results[(int)result]++;
}
