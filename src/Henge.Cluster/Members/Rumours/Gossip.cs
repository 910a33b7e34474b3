using Henge.Cluster.Members.Reports;
using Henge.Cluster.Messages;

namespace Henge.Cluster.Members.Rumours;

/// <summary>
/// Passes news on: what this node itself has found out to everybody at once, as long as the ring is small, and all
/// news to a few random members in each round until it was told often enough for everybody to have heard it.
/// </summary>
/// <remarks>
/// Gossip and exchanges begin alike: u64 flush version | list of reports. The flush version is a register that only
/// rises, so it needs no more than to be in every message. Exchanges end with another that only falls: i64, since when
/// the ring has been there, 0 for unknown; older nodes pass over it.
/// </remarks>
internal sealed class Gossip(ClusterOptions options, Roster roster, IClusterHost host, Chance chance)
{
    /// <summary>Up to so many members, news of this node's own goes to all at once.</summary>
    public const int AtOnceUpTo = 64;

    // News is told 4 x log10(members + 1) times by each that has heard it, as in memberlist.
    private const int TellingFactor = 4;
    private const int MostReports = 64;

    private readonly MessageWriter _writer = new();
    private readonly List<Rumour> _rumours = [];
    private readonly List<MemberId> _urgent = [];
    private int _flushRounds;
    private long _nextMs = long.MinValue;
    private long _nextExchangeMs = long.MinValue;

    /// <summary>Versions up to this one are flushed in the whole ring.</summary>
    public ulong FlushVersion { get; private set; }

    /// <summary>
    /// Since when the ring has been there without a break, in unix milliseconds of whoever began it; 0 for unknown.
    /// </summary>
    public long RingSinceMs { get; private set; }

    private int Tellings => TellingFactor * (int)Math.Ceiling(Math.Log10(roster.Living + 1));

    /// <summary>
    /// Raises the flush version; all that are connected are told at once when it is this node that flushes.
    /// </summary>
    public void Flush(ulong version, bool isOwn)
    {
        if (version <= FlushVersion)
        {
            return;
        }
        FlushVersion = version;
        _flushRounds = Tellings;
        if (isOwn)
        {
            Begin(MessageKind.Gossip, []);
            foreach (Peer peer in roster.Peers)
            {
                SendTo(peer);
            }
        }
    }

    /// <summary>Hears since when the ring has been there: the earliest counts, as rings that meet are one.</summary>
    public void HearRingSince(long unixMs)
    {
        if (unixMs > 0 && (RingSinceMs == 0 || unixMs < RingSinceMs))
        {
            RingSinceMs = unixMs;
        }
    }

    /// <summary>News of a member.</summary>
    /// <param name="about">Of whom.</param>
    /// <param name="isOwn">Whether this node is the first to know.</param>
    public void Spread(MemberId about, bool isOwn)
    {
        _rumours.RemoveAll(r => r.About == about);
        _rumours.Add(new Rumour(about));
        if (isOwn && !_urgent.Contains(about))
        {
            _urgent.Add(about);
        }
    }

    /// <summary>Tells everybody what cannot wait. Called after everything that happens.</summary>
    public void TellUrgent(long nowMs)
    {
        if (_urgent.Count == 0)
        {
            return;
        }
        if (roster.Living <= AtOnceUpTo || _urgent.Contains(roster.Self.Id))
        {
            Begin(MessageKind.Gossip, [.. _urgent.Select(id => roster.ReportOf(id, nowMs)).OfType<MemberReport>()]);
            foreach (Peer peer in roster.Peers)
            {
                SendTo(peer);
            }
        }
        _urgent.Clear();
    }

    /// <summary>Holds the rounds that are due.</summary>
    public void Tick(long nowMs)
    {
        if (nowMs >= _nextMs)
        {
            _nextMs = nowMs + options.GossipIntervalMs;
            TellSome(nowMs);
        }
        if (nowMs >= _nextExchangeMs)
        {
            bool isFirst = _nextExchangeMs == long.MinValue;
            // All nodes of a ring that was started by one script would exchange in the same moment for ever.
            int jitter = options.PushPullIntervalMs / 4;
            _nextExchangeMs = nowMs + options.PushPullIntervalMs - jitter + chance.Below((2 * jitter) + 1);
            List<Peer> partners = Connected();
            if (!isFirst && partners.Count > 0)
            {
                Exchange(partners[chance.Below(partners.Count)].Id, MessageKind.PushPull, nowMs);
            }
        }
    }

    /// <summary>Sends all that is known.</summary>
    public void Exchange(MemberId with, MessageKind kind, long nowMs) =>
        host.TrySend(with, LinkKind.Control, Everything(kind, nowMs));

    /// <summary>The message that tells all that is known; valid until the next is written.</summary>
    public ReadOnlySpan<byte> Everything(MessageKind kind, long nowMs)
    {
        var reports = new List<MemberReport>(roster.Peers.Count + 1) { new(roster.Self) };
        reports.AddRange(roster.Peers.Select(p => Roster.ReportOf(p, nowMs)));
        Begin(kind, reports);
        _writer.Int64(RingSinceMs);
        return _writer.Written;
    }

    private void TellSome(long nowMs)
    {
        if (_rumours.Count == 0 && _flushRounds == 0)
        {
            return;
        }
        List<Peer> listeners = Connected();
        if (listeners.Count == 0)
        {
            return;
        }
        chance.Pick(listeners, options.GossipFanOut);
        // What was told least comes first; among equals, what came first.
        List<Rumour> told = [.. _rumours.OrderBy(r => r.Told).Take(MostReports)];
        Begin(
            MessageKind.Gossip, [.. told.Select(r => roster.ReportOf(r.About, nowMs)).OfType<MemberReport>()]);
        foreach (Peer listener in listeners)
        {
            SendTo(listener);
        }
        int enough = Tellings;
        told.ForEach(r => r.Told += listeners.Count);
        _rumours.RemoveAll(r => r.Told >= enough);
        _flushRounds = Math.Max(0, _flushRounds - listeners.Count);
    }

    private List<Peer> Connected() => [.. roster.Peers.Where(p => p.IsConnected)];

    private void Begin(MessageKind kind, IReadOnlyList<MemberReport> reports)
    {
        _writer.Begin(kind);
        _writer.UInt64(FlushVersion);
        ReportCodec.WriteList(_writer, reports);
    }

    private void SendTo(Peer peer)
    {
        if (peer.IsConnected)
        {
            host.TrySend(peer.Id, LinkKind.Control, _writer.Written);
        }
    }
}
