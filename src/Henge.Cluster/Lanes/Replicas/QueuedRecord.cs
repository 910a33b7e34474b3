namespace Henge.Cluster.Lanes.Replicas;

/// <summary>A record on its way to one peer.</summary>
/// <param name="Batch">The batch that it is of.</param>
/// <param name="Serial">Which use of it.</param>
/// <param name="Index">Which of its records.</param>
/// <param name="Attempt">Which time of addressing it.</param>
internal readonly record struct QueuedRecord(WriteBatch Batch, int Serial, int Index, ushort Attempt)
{
    /// <summary>Whether anybody still waits for it.</summary>
    public bool IsCurrent => Batch.Serial == Serial && Batch.Records[Index] is { IsDone: false } record
        && record.Attempt == Attempt;
}
