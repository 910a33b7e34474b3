namespace Henge.Cluster.Lanes.Replicas;

/// <summary>
/// Tells the core, once for each snapshot, that writes under way on slots that are no longer this node's have reached
/// the new copies. After a second it tells so all the same: one copy that does not answer must not hold up a handoff,
/// and the write goes on meanwhile.
/// </summary>
internal sealed class Settling(int lane, ILaneHost host, Replication replication)
{
    private const int PatienceMs = 1000;

    private readonly Queue<long> _numbers = new();
    private readonly Queue<long> _giveUpAtMs = new();

    /// <summary>Whether the core waits.</summary>
    public bool IsBusy => _numbers.Count > 0;

    /// <summary>A snapshot was adopted.</summary>
    public void Begin(long number, Instant now)
    {
        _numbers.Enqueue(number);
        _giveUpAtMs.Enqueue(now.MonotonicMs + PatienceMs);
    }

    /// <summary>Tells what is settled. What commands have changed and nobody has committed yet is not.</summary>
    public void Look(Instant now)
    {
        while (_numbers.Count > 0 && (IsSettled || _giveUpAtMs.Peek() <= now.MonotonicMs))
        {
            _giveUpAtMs.Dequeue();
            host.Quiesced(lane, _numbers.Dequeue());
        }
    }

    private bool IsSettled => replication.Foreign == 0 && host.Changes.Count == 0;
}
