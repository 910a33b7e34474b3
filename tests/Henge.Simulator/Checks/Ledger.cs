namespace Henge.Simulator.Checks;

/// <summary>All that is known of one key.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<ulong, Change> _byVersion = [];

    /// <summary>Every change, in the order in which they were made.</summary>
    public List<Change> Changes { get; } = [];

    /// <summary>The newest acknowledged change, by version.</summary>
    public Change? Acked { get; private set; }

    /// <summary>Holders of the acknowledged state that crashed since it was acknowledged or the ring was whole.</summary>
    public int Crashes { get; set; }

    /// <summary>Whether the acknowledged state was lost in a way that the number of copies does not cover.</summary>
    public bool IsAmnestied { get; set; }

    public void Add(Change change)
    {
        Changes.Add(change);
        _byVersion.TryAdd(change.Version, change);
    }

    /// <summary>The change that gave a version; null for none.</summary>
    public Change? Find(ulong version) => _byVersion.GetValueOrDefault(version);

    /// <summary>Whether a state of the key is one that some request made.</summary>
    public bool Knows(ulong version, long expiresAtMs, ulong valueHash) =>
        Changes.Exists(c => c.Version == version && !c.IsTombstone && c.ExpiresAtMs == expiresAtMs
            && c.ValueHash == valueHash);

    /// <summary>Takes an acknowledged change.</summary>
    public void Acknowledge(Change change)
    {
        if (Acked is null || change.Version > Acked.Version)
        {
            Acked = change;
            Crashes = 0;
            IsAmnestied = false;
        }
    }
}
