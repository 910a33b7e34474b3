using System.Collections.Concurrent;
using System.Net;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Peers.Doors;
using Henge.Peers.Happenings;
using Henge.Peers.Links;
using Henge.Protocol.Peers.Hellos;
using Henge.Transport.Connections;

using Microsoft.Extensions.Logging;

namespace Henge.Peers;

/// <summary>
/// Tells people what happens between nodes, in their words. What a stranger can cause at will is logged once a minute;
/// what fails again and again at one address, once until it fails otherwise.
/// </summary>
internal sealed class RingLog
{
    private const int MaxAddresses = 1000;

    private readonly HengeNode _node;
    private readonly ILogger _logger;
    private readonly RareLog _strangers = new();
    private readonly RareLog _tlsFailures = new();
    private readonly RareLog _badFrames = new();
    private readonly RareLog _badMessages = new();
    private readonly ConcurrentDictionary<string, (DownReason, Refusal)> _told = new();
    private ClusterEvent? _viewChange;
    private long _transferred;

    /// <summary>Creates the log of a node.</summary>
    public RingLog(HengeNode node)
    {
        _node = node;
        _logger = node.Logger;
    }

    /// <summary>How often each kind of event was noticed; written by the cluster thread, read by any.</summary>
    public long[] Events { get; } = new long[Enum.GetValues<ClusterEventKind>().Length];

    /// <summary>What happened last, for pages. Any thread may ask.</summary>
    public RingHistory History { get; } = new();

    /// <summary>Entries that transfers brought here. Any thread may ask.</summary>
    public long Transferred => Volatile.Read(ref _transferred);

    /// <summary>Whether this node leaves: that others cannot be reached any more is of no use to anybody.</summary>
    public bool IsLeaving { get; set; }

    private long NowMs => _node.MonotonicMs;

    /// <summary>A new snapshot is in force: logs the change of view that led to it.</summary>
    public void Published(ClusterSnapshot snapshot)
    {
        if (_viewChange is { } change)
        {
            _viewChange = null;
            string nodes = Count(snapshot.View.Members.Count, "node");
            Log.ViewChanged(_logger, nodes, Count(change.Amount, "slot"), snapshot.View.Id.ToString());
        }
    }

    /// <summary>Logs what happened in the ring.</summary>
    public void Write(ClusterEvent happened)
    {
        Events[(int)happened.Kind]++;
        History.Add(_node.NowMs, happened);
        _transferred += happened.Kind == ClusterEventKind.TransferDone ? happened.Amount : 0;
        string who = happened.Member is { } member ? NameOf(member) : "";
        string text = happened.Text.Length > 0 ? ": " + happened.Text : "";
        switch (happened.Kind)
        {
            case ClusterEventKind.MemberJoined:
                _told.TryRemove(happened.Member!.Address, out _);
                Log.MemberJoined(_logger, who);
                break;
            case ClusterEventKind.MemberSuspect:
                Log.MemberSuspect(_logger, who, text);
                break;
            case ClusterEventKind.MemberAlive:
                Log.MemberAlive(_logger, who);
                break;
            case ClusterEventKind.MemberDead:
                Log.MemberDead(_logger, who, text);
                break;
            case ClusterEventKind.MemberLeaving:
                Log.MemberLeaving(_logger, who);
                break;
            case ClusterEventKind.MemberLeft:
                Log.MemberLeft(_logger, who);
                break;
            case ClusterEventKind.MemberForgotten:
                Log.MemberForgotten(_logger, who);
                break;
            case ClusterEventKind.IdentityConflict:
                Log.IdentityConflict(_logger, who, text);
                break;
            case ClusterEventKind.Refuted:
                Log.Refuted(_logger, text);
                break;
            case ClusterEventKind.Paused:
                Log.Paused(_logger, happened.Amount);
                break;
            default:
                WriteOwn(happened, who, text);
                break;
        }
    }

    /// <summary>Logs that a link could not be dialled, unless it failed like this before or this node leaves.</summary>
    public void DialFailed(DialRequest request, DownReason reason, Refusal refusal, bool isByPeer)
    {
        if (IsLeaving)
        {
            return;
        }
        if (_told.TryGetValue(request.Address, out (DownReason, Refusal) before) && before == (reason, refusal))
        {
            return;
        }
        if (_told.Count >= MaxAddresses)
        {
            _told.Clear();
        }
        _told[request.Address] = (reason, refusal);
        if (reason == DownReason.Self)
        {
            Log.PeerIsSelf(_logger, request.Address);
        }
        else if (refusal is Refusal.None or Refusal.Busy or Refusal.Stopping)
        {
            Log.PeerUnreachable(_logger, request.Address, refusal == Refusal.None ? WordsOf(reason) : WordsOf(refusal));
        }
        else
        {
            Log.PeerRefused(_logger, request.Address, isByPeer ? "it refuses this node" : "refused", WordsOf(refusal));
        }
    }

    /// <summary>Logs, rarely, that somebody at the door was sent away.</summary>
    public void TurnedAway(IPEndPoint remote, Refusal why)
    {
        if (why != Refusal.Self && _strangers.IsDue(NowMs, out long others))
        {
            Log.PeerTurnedAway(_logger, remote, WordsOf(why), others);
        }
    }

    /// <summary>Counts, and rarely logs, that TLS with another node failed.</summary>
    public void TlsFailed(IPEndPoint remote, string why)
    {
        Interlocked.Increment(ref _node.Counters.TlsFailures);
        if (_tlsFailures.IsDue(NowMs, out long others))
        {
            Log.TlsFailed(_logger, remote, why, others);
        }
    }

    /// <summary>Logs, rarely, that a link was closed because of what came on it.</summary>
    public void BadFrame(PeerLink link)
    {
        if (_badFrames.IsDue(NowMs, out long others))
        {
            Log.BadFrame(_logger, link.Kind, NameOf(link.Member), others);
        }
    }

    /// <summary>Logs that this node goes before others have all it held.</summary>
    public void LeftEarly() => Log.LeftEarly(_logger);

    private void WriteOwn(ClusterEvent happened, string who, string text)
    {
        switch (happened.Kind)
        {
            case ClusterEventKind.ViewChanged:
                _viewChange = happened;
                break;
            case ClusterEventKind.ViewSettled:
                Log.ViewSettled(_logger, happened.Amount);
                break;
            case ClusterEventKind.TransferDone:
                Log.TransferDone(_logger, Count(happened.Amount, "entry", "entries"), who, text);
                break;
            case ClusterEventKind.LeftoversDropped:
                Log.LeftoversDropped(_logger, Count(happened.Amount, "slot"));
                break;
            case ClusterEventKind.Repaired:
                Log.Repaired(_logger, Count(happened.Amount, "entry", "entries"), text);
                break;
            case ClusterEventKind.ClockSkew:
                Log.ClockSkew(_logger, who, happened.Amount);
                break;
            case ClusterEventKind.BadMessage when _badMessages.IsDue(NowMs, out long others):
                Log.BadMessage(_logger, who, text, others);
                break;
            case ClusterEventKind.LeaveDone when happened.Amount > 0:
                Log.LeaveDone(_logger);
                break;
            case ClusterEventKind.LeaveDone:
                Log.LeavesNobody(_logger);
                break;
        }
    }

    private static string NameOf(Member member) =>
        member.Name.Length > 0 ? $"{member.Name} ({member.Address})" : member.Address;

    private static string Count(long count, string one, string? many = null) =>
        count == 1 ? $"1 {one}" : $"{count} {many ?? one + "s"}";

    private static string WordsOf(DownReason reason) => reason switch
    {
        DownReason.Refused => "nobody listens there",
        DownReason.TimedOut => "no answer",
        DownReason.Reset or DownReason.Closed =>
            "it closed the connection (does it want TLS?), or there is no such name",
        _ => "what listens there is no node of this ring",
    };

    private static string WordsOf(Refusal refusal) => refusal switch
    {
        Refusal.WrongCluster => "the cluster names differ (--cluster-name)",
        Refusal.NoCommonWire => "there is no wire version that both speak: upgrade in smaller steps",
        Refusal.OtherRing => "the nodes place keys by different rules: their versions are too far apart",
        Refusal.Self => "it is the same node",
        Refusal.SameIdentity =>
            "another node than expected is there, or two nodes have one name: give each its own --name",
        Refusal.OtherCopies => "the nodes are set to different numbers of copies (--copies)",
        Refusal.SecretNeeded => "only one side has a cluster secret: the one that was dialled",
        Refusal.SecretUnknown => "only one side has a cluster secret: the one that dialled",
        Refusal.WrongSecret => "the cluster secrets differ",
        Refusal.Busy => "too many nodes are at its door; it is tried again",
        Refusal.Stopping => "it is stopping",
        _ => "what came was no hello of a node",
    };
}
