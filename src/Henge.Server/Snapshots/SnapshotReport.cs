using Henge.Server.Status;

namespace Henge.Server.Snapshots;

/// <summary>What INFO persistence says of a node's snapshot.</summary>
internal sealed record SnapshotReport
{
    /// <summary>Whether one is being written.</summary>
    public required bool IsWriting { get; init; }

    /// <summary>Records written of it.</summary>
    public required long Written { get; init; }

    /// <summary>About how many there are.</summary>
    public required long Total { get; init; }

    /// <summary>Bytes of the last one.</summary>
    public required long Bytes { get; init; }

    /// <summary>Whole seconds that it took.</summary>
    public required long Seconds { get; init; }

    /// <summary>Why there is no new one; empty when there is.</summary>
    public required string Error { get; init; }

    /// <summary>Reads the section.</summary>
    public static SnapshotReport Parse(string info)
    {
        var fields = new InfoFields(info);
        return new SnapshotReport
        {
            IsWriting = fields.Number("rdb_bgsave_in_progress") == 1,
            Written = fields.Number("current_save_keys_processed"),
            Total = fields.Number("current_save_keys_total"),
            Bytes = fields.Number("snapshot_last_bytes"),
            Seconds = fields.Number("rdb_last_bgsave_time_sec"),
            Error = fields.Text("snapshot_last_error"),
        };
    }
}
