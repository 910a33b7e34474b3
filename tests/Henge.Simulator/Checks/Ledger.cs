namespace Henge.Simulator.Checks;

/// <summary>All that is known of one key.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<ulong, Change> _byVersion = [];
    private readonly List<(long AtUs, Change Change)> _acknowledged = [];
    private bool _isAmnestied;

    /// <summary>Every change, in the order in which they were made.</summary>
    public List<Change> Changes { get; } = [];

    /// <summary>The newest acknowledged change, by version.</summary>
    public Change? Acked { get; private set; }

    /// <summary>
    /// Holders of the acknowledged state that crashed since it was acknowledged or the ring was whole.
    /// </summary>
    public int Crashes { get; set; }

    /// <summary>Whether the acknowledged state was lost in a way that the number of copies does not cover.</summary>
    public bool IsAmnestied
    {
        get => _isAmnestied;
        set
        {
            _isAmnestied = value;
            WasAmnestied |= value;
        }
    }

    /// <summary>Whether that ever happened: what was counted before is gone.</summary>
    public bool WasAmnestied { get; private set; }

    public void Add(Change change)
    {
        Changes.Add(change);
        _byVersion.TryAdd(change.Version, change);
    }

    /// <summary>The newest acknowledged change as it was at a moment; null for none.</summary>
    public Change? AcknowledgedAt(long us)
    {
        int place = _acknowledged.FindLastIndex(a => a.AtUs <= us);
        return place < 0 ? null : _acknowledged[place].Change;
    }

    /// <summary>The change that gave a version; null for none.</summary>
    public Change? Find(ulong version) => _byVersion.GetValueOrDefault(version);

    /// <summary>Whether a state of the key is one that some request made.</summary>
    public bool Knows(ulong version, long expiresAtMs, ulong valueHash) =>
        Changes.Exists(c => c.Version == version && !c.IsTombstone && c.ExpiresAtMs == expiresAtMs
            && c.ValueHash == valueHash);

    /// <summary>
    /// Whether a change, or a later one, has expired or is stale: nothing of its version need be remembered.
    /// </summary>
    public bool IsForgotten(Change change, long unixMs) =>
        Changes.Exists(c => c.Version >= change.Version && Oracle.Expires(c, unixMs));

    /// <summary>Takes an acknowledged change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="nowUs">When.</param>
    /// <param name="latestUnixMs">What has expired by then need not be remembered by anybody.</param>
    public void Acknowledge(Change change, long nowUs, long latestUnixMs)
    {
        if (Acked is null || change.Version > Acked.Version || IsForgotten(Acked, latestUnixMs))
        {
            Acked = change;
            _acknowledged.Add((nowUs, change));
            Crashes = 0;
            IsAmnestied = false;
        }
    }
}
