using Henge.Cluster.Rings;
using Henge.Storage;

namespace Henge.Cluster.Lanes.Fetches;

/// <summary>One key on its way from all its sources, for all operations that wait for it.</summary>
internal sealed class KeyFetch
{
    private byte[] _key = new byte[64];
    private int _length;
    private SourceAsk[] _asks = new SourceAsk[2];
    private int _askCount;

    /// <summary>Its key.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, _length);

    /// <summary>The key's hash.</summary>
    public KeyHash Hash { get; private set; }

    /// <summary>The key's slot.</summary>
    public Slot Slot { get; private set; }

    /// <summary>The clock when the slot's load began: a later load is another.</summary>
    public ulong Since { get; private set; }

    /// <summary>Counts up when the object is used again.</summary>
    public int Serial { get; private set; }

    /// <summary>The next with the same hash.</summary>
    public KeyFetch? NextOfHash { get; set; }

    /// <summary>Its place in the list of fetches.</summary>
    public int Index { get; set; }

    /// <summary>When nobody waits for it any more, on the monotonic clock.</summary>
    public long WantedUntilMs { get; set; }

    /// <summary>Numbers of the operations that wait for it.</summary>
    public List<ulong> Waiters { get; } = [];

    /// <summary>Its questions.</summary>
    public Span<SourceAsk> Asks => _asks.AsSpan(0, _askCount);

    /// <summary>Whether all have answered.</summary>
    public bool IsComplete
    {
        get
        {
            foreach (ref SourceAsk ask in Asks)
            {
                if (!ask.IsAnswered)
                {
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>Begins with a key.</summary>
    public void Begin(ReadOnlySpan<byte> key, KeyHash hash, Slot slot, SlotLoad load)
    {
        if (_key.Length < key.Length || _key.Length > 4096)
        {
            _key = new byte[Math.Max(64, key.Length)];
        }
        key.CopyTo(_key);
        _length = key.Length;
        Hash = hash;
        Slot = slot;
        Since = load.Since;
        WantedUntilMs = 0;
    }

    /// <summary>Adds a question.</summary>
    public void Ask(Peer source)
    {
        if (_askCount == _asks.Length)
        {
            Array.Resize(ref _asks, 2 * _askCount);
        }
        _asks[_askCount++] = new SourceAsk { Source = source };
    }

    /// <summary>The place of a source's question; -1 for none.</summary>
    public int IndexOf(Peer source)
    {
        for (int i = 0; i < _askCount; i++)
        {
            if (_asks[i].Source == source)
            {
                return i;
            }
        }
        return -1;
    }

    /// <summary>Takes a question back: its source no longer counts.</summary>
    public void Drop(int index)
    {
        _asks[index] = _asks[--_askCount];
        _asks[_askCount] = default;
    }

    /// <summary>Makes it ready to be used again.</summary>
    public void Reset()
    {
        Serial++;
        Asks.Clear();
        _askCount = 0;
        Waiters.Clear();
        NextOfHash = null;
    }
}
