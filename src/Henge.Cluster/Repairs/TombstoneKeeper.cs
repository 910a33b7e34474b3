using Henge.Cluster.Members;
using Henge.Storage;

namespace Henge.Cluster.Repairs;

/// <summary>
/// Decides which deletions leave tombstones and how long they stay: a tombstone may go when it is old enough, and
/// older than the last moment at which every remembered member was there and all copies of what this node holds had
/// all of it. Until then an absent member may come back with what was deleted. Rings that form apart at the start
/// need not know of each other, so a node begins so; and a seed that was not reached yet may be a member of another
/// island, for as long as a dead member is remembered.
/// </summary>
internal sealed class TombstoneKeeper
{
    private const int EveryMs = 1000;

    private readonly ClusterOptions _options;
    private readonly Store _store;
    private readonly Membership _membership;
    private readonly HashSet<string> _unmet;
    private readonly HashSet<string> _named = [];
    private ulong _inSync;
    private bool _isRestoring;
    private long _nextMs;
    private long _startedMs = long.MaxValue;

    /// <summary>Creates a keeper.</summary>
    public TombstoneKeeper(ClusterOptions options, Store store, Membership membership)
    {
        (_options, _store, _membership) = (options, store, membership);
        _unmet = [.. options.Seeds];
        _isRestoring = options.IsRestoring;
        _store.KeepsTombstones = _isRestoring || IsNeverAlone;
        _store.TombstonesForAbsent = _isRestoring;
    }

    private bool IsNeverAlone => _options.Seeds.Count > 0 || _options.HasDiscovery;

    /// <summary>What an earlier run held has been read back.</summary>
    public void Restored()
    {
        _isRestoring = false;
        _store.KeepsTombstones = IsNeverAlone || _membership.Members.Count > 1;
        _store.TombstonesForAbsent &= _store.KeepsTombstones;
    }

    /// <summary>A seed was reached, or is this node.</summary>
    public void Met(string seed) => _unmet.Remove(seed);

    /// <summary>Discovery names these now: who is new is not met yet, who is gone never will be.</summary>
    public void Named(IReadOnlyCollection<string> addresses)
    {
        _unmet.ExceptWith(_named.Except(addresses).Except(_options.Seeds));
        _unmet.UnionWith(addresses.Except(_named));
        _named.Clear();
        _named.UnionWith(addresses);
    }

    /// <summary>Looks again when a second has passed, or at once when asked.</summary>
    public void Tick(bool isInSync, bool atOnce, Instant now)
    {
        if (now.MonotonicMs < _nextMs && !atOnce)
        {
            return;
        }
        _nextMs = now.MonotonicMs + EveryMs;
        _startedMs = Math.Min(_startedMs, now.MonotonicMs);
        if (_unmet.Count > 0)
        {
            _unmet.ExceptWith(_membership.Members.Values.Select(member => member.Address));
        }
        long aliveMs = now.MonotonicMs - _startedMs;
        bool mayBeIsland = aliveMs < _options.IslandMs || (_unmet.Count > 0 && aliveMs < _options.ForgetAfterMs);
        bool inSync = isInSync && !mayBeIsland && _membership.AllRememberedAlive;
        _store.KeepsTombstones |= _membership.Members.Count > 1;
        _store.TombstonesForAbsent = _store.KeepsTombstones && (_isRestoring || !inSync);
        if (inSync)
        {
            // By the clock that is furthest behind: what was deleted there a moment ago is not old.
            long behindMs = _membership.ClockSkewMs.Values.Append(0).Min();
            ulong earliest = (ulong)Math.Max(0, now.UnixMs + behindMs) << 16;
            _inSync = Math.Min(_store.Clock(now.UnixMs), earliest);
        }
        ulong grace = (ulong)_options.TombstoneGraceMs << 16;
        ulong horizon = _inSync > grace ? _inSync - grace : 0;
        if (horizon > _store.TombstoneHorizon)
        {
            _store.TombstoneHorizon = horizon;
        }
    }
}
