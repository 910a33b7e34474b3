using System.Net;
using System.Net.Sockets;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Peers.Links;
using Henge.Peers.Polling;
using Henge.Protocol.Peers;
using Henge.Protocol.Peers.Hellos;
using Henge.Transport.Tls;

using Microsoft.Extensions.Logging;

namespace Henge.Peers.Doors;

/// <summary>
/// Where links begin: dials, and takes in connections that others have dialled, until both sides have said and proved
/// who they are. It has a thread of its own, so that strangers who connect in masses keep no probe waiting. Nobody who
/// has not proved anything gets more than a second, a kilobyte, and one of few places.
/// </summary>
internal sealed class PeerDoor : IPollWork
{
    /// <summary>Connections of others whose hello is under way, at most.</summary>
    public const int MaxStrangers = 64;

    /// <summary>For each of: resolving a name, connecting to an address, the hello.</summary>
    public const int StepMs = 1000;

    private const int MaxSleepMs = 1000;

    /// <summary>Beside the longest value, a message has a key, attributes, and what is said about them.</summary>
    private const int MessageSlackBytes = 4 << 20;

    /// <summary>A command of many words may be so long even where no value may.</summary>
    private const int LeastMessageBytes = 64 << 20;

    private readonly IDoorOwner _owner;
    private readonly Func<IReadOnlyList<byte[]>> _secrets;
    private readonly TlsDialling _tls;
    private readonly TimeProvider _timeProvider;
    private readonly PollThread _thread;
    private readonly NameLookup _names = new();
    private readonly HashSet<DialRequest> _dials = [];
    private readonly List<Dialling> _lookups = [];
    private readonly List<Visit> _visits = [];
    private int _strangers;
    private volatile bool _stops;

    /// <summary>Creates it; nothing runs yet.</summary>
    /// <param name="owner">Who is told.</param>
    /// <param name="secrets">The secrets as they are now; asked for each hello.</param>
    /// <param name="tls">TLS for the links that it dials.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="isPortable">Whether to do without what only Linux has.</param>
    /// <param name="logger">Where it logs.</param>
    public PeerDoor(
        IDoorOwner owner, Func<IReadOnlyList<byte[]>> secrets, TlsDialling tls, TimeProvider timeProvider,
        bool isPortable, ILogger logger)
    {
        _tls = tls;
        _owner = owner;
        _secrets = secrets;
        _timeProvider = timeProvider;
        _thread = new PollThread("henge door", this, isPortable, logger);
    }

    private long NowMs => (long)_timeProvider.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends it and closes what is at the door.</summary>
    public Task StopAsync()
    {
        _stops = true;
        return _thread.StopAsync();
    }

    /// <summary>Tries once to open a link; one that is under way already is not repeated. Any thread.</summary>
    public void Dial(DialRequest request) => _thread.Post(() => Begin(request));

    /// <summary>
    /// Takes in a connection whose first bytes are those of a hello; false when there is no place, and then the caller
    /// closes it. Any thread.
    /// </summary>
    public bool TryAccept(Socket socket, TlsSession? tls = null)
    {
        if (_stops || Interlocked.Increment(ref _strangers) > MaxStrangers)
        {
            Interlocked.Decrement(ref _strangers);
            return false;
        }
        _thread.Post(() => Admit(new PeerChannel(socket, tls)));
        return true;
    }

    /// <inheritdoc/>
    public int SleepMs()
    {
        long until = NowMs + MaxSleepMs;
        foreach (Visit visit in _visits)
        {
            until = Math.Min(until, visit.DeadlineMs);
        }
        foreach (Dialling dialling in _lookups)
        {
            until = Math.Min(until, dialling.DeadlineMs);
        }
        return (int)Math.Clamp(until - NowMs, 0, MaxSleepMs);
    }

    /// <inheritdoc/>
    public void Turn(IReadOnlyList<PollEvent> ready)
    {
        foreach (PollEvent happened in ready)
        {
            var visit = (Visit)happened.Owner;
            if (visit.IsConnecting)
            {
                Connected(visit);
            }
            else
            {
                visit.Advance();
            }
        }
        _thread.RunPosted();
        long nowMs = NowMs;
        for (int i = _visits.Count - 1; i >= 0; i--)
        {
            Visit visit = _visits[i];
            if (nowMs >= visit.DeadlineMs)
            {
                visit.Fail(SocketError.TimedOut);
            }
            if (visit.IsOver)
            {
                _visits.RemoveAt(i);
                _thread.Sockets.Forget(visit.Socket);
                Conclude(visit);
            }
            else
            {
                _thread.Sockets.Watch(visit.Socket, visit, reading: !visit.WantsWriting, visit.WantsWriting);
            }
        }
        for (int i = _lookups.Count - 1; i >= 0; i--)
        {
            Dialling dialling = _lookups[i];
            if (!dialling.IsResolved && nowMs >= dialling.DeadlineMs)
            {
                dialling.IsResolved = true;
                dialling.LastError = SocketError.TimedOut;
                Failed(dialling, Refusal.None, isByPeer: false);
            }
            if (dialling.IsResolved)
            {
                _lookups.RemoveAt(i);
            }
        }
    }

    /// <inheritdoc/>
    public void End()
    {
        _thread.RunPosted();
        foreach (Visit visit in _visits)
        {
            visit.Channel.Close();
        }
        _visits.Clear();
    }

    private void Begin(DialRequest request)
    {
        if (_stops || !_dials.Add(request))
        {
            return;
        }
        var dialling = new Dialling(request, NowMs + StepMs);
        _lookups.Add(dialling);
        _names.Find(
            OwnAddress.Split(request.Address).Host,
            (addresses, _) => _thread.Post(() => Resolved(dialling, addresses)));
    }

    private void Resolved(Dialling dialling, IPAddress[] addresses)
    {
        // A name that took too long has been given up already.
        if (!dialling.IsResolved)
        {
            dialling.Resolved(addresses, _tls.IsOn, _tls.AllowsPlain);
            TryNext(dialling);
        }
    }

    private void TryNext(Dialling dialling)
    {
        if (dialling.TryNext(_tls.Session) is not { } visit)
        {
            Failed(dialling, Refusal.None, isByPeer: false);
            return;
        }
        visit.DeadlineMs = NowMs + StepMs;
        _visits.Add(visit);
        _thread.Sockets.Watch(visit.Socket, visit, reading: false, writing: true);
    }

    private void Connected(Visit visit)
    {
        if (visit.TryConnected())
        {
            visit.DeadlineMs = NowMs + StepMs;
            Begin(visit, LinkSide.Dialler, visit.Dialling!.Request.Kind);
        }
    }

    private void Begin(Visit visit, LinkSide side, LinkKind kind) => visit.Begin(
        () => new Handshake(side, _owner.Describe(kind), _secrets(), visit.Channel.Tls?.Binding));

    private void Admit(PeerChannel channel)
    {
        Socket socket = channel.Socket;
        if (_stops)
        {
            channel.Close();
            return;
        }
        try
        {
            socket.Blocking = false;
            PeerSockets.Configure(socket);
            var visit = new Visit(channel, (IPEndPoint)socket.RemoteEndPoint!, dialling: null)
            {
                DeadlineMs = NowMs + StepMs,
            };
            _visits.Add(visit);
            Begin(visit, LinkSide.Acceptor, LinkKind.Control);
        }
        catch (SocketException)
        {
            // It was gone before its turn came.
            channel.Close();
            Interlocked.Decrement(ref _strangers);
        }
    }

    private void Conclude(Visit visit)
    {
        if (visit.Dialling is null)
        {
            Interlocked.Decrement(ref _strangers);
        }
        Refusal refusal = visit.Handshake?.Refusal ?? Refusal.None;
        bool isDone = visit.Error is null && visit.Handshake is { Status: HandshakeStatus.Done };
        if (isDone && MemberOf(visit) is { } member)
        {
            if (visit.Dialling is { } done)
            {
                _dials.Remove(done.Request);
            }
            _owner.Met(Meet(visit, member));
            return;
        }
        if (visit.TlsFailure is { } why)
        {
            _tls.Failed(visit.Remote, why);
        }
        Part(visit.Channel);
        if (visit.Dialling is not { } dialling)
        {
            _owner.TurnedAway(visit.Remote, refusal == Refusal.None ? Refusal.Malformed : refusal);
            return;
        }
        dialling.LastError = visit.Error ?? SocketError.ConnectionRefused;
        if (refusal == Refusal.None && !isDone)
        {
            TryNext(dialling);
            return;
        }
        Failed(dialling, isDone ? Refusal.SameIdentity : refusal, visit.Handshake?.IsRefusedByPeer ?? false);
    }

    private void Failed(Dialling dialling, Refusal refusal, bool isByPeer)
    {
        _dials.Remove(dialling.Request);
        DownReason reason = refusal switch
        {
            Refusal.None => PeerLink.ReasonOf(dialling.LastError),
            Refusal.Self => DownReason.Self,
            Refusal.Busy => DownReason.TimedOut,
            Refusal.Stopping => DownReason.Closed,
            _ => DownReason.Rejected,
        };
        _owner.DialFailed(dialling.Request, reason, refusal, isByPeer);
    }

    /// <summary>
    /// The member at the other side; null when it is not who was expected, or its numbers mean nothing.
    /// </summary>
    private static Member? MemberOf(Visit visit)
    {
        Hello peer = visit.Handshake!.Peer!;
        var id = new MemberId(peer.Node);
        var kind = (LinkKind)peer.Link;
        if (visit.Dialling?.Request.Expected is { } expected && expected != id)
        {
            return null;
        }
        return !Enum.IsDefined((MemberPhase)peer.Phase) || !Enum.IsDefined(kind) ? null : new Member
        {
            Id = id,
            Boot = new BootId(peer.Boot),
            Address = peer.Address,
            Name = peer.Name,
            Zone = peer.Zone,
            Weight = peer.Weight,
            Incarnation = peer.Incarnation,
            State = MemberState.Alive,
            Phase = (MemberPhase)peer.Phase,
            MinWire = peer.MinWire,
            MaxWire = peer.MaxWire,
        };
    }

    private MetPeer Meet(Visit visit, Member member)
    {
        Handshake handshake = visit.Handshake!;
        DialRequest? request = visit.Dialling?.Request;
        int value = Math.Max(handshake.Peer!.MaxValueBytes, _owner.Describe(LinkKind.Data).MaxValueBytes);
        return new MetPeer
        {
            Channel = visit.Channel,
            Member = member,
            Kind = request?.Kind ?? (LinkKind)handshake.Peer.Link,
            Lane = request?.Lane ?? 0,
            Dialled = request?.Address,
            Sending = handshake.SealFor(sending: true),
            Receiving = handshake.SealFor(sending: false),
            MaxMessageBytes =
                Math.Clamp(value, LeastMessageBytes, HengeOptions.LargestValueBytes) + MessageSlackBytes,
        };
    }

    /// <summary>Says goodbye, so that a refusal arrives before the end.</summary>
    private static void Part(PeerChannel channel)
    {
        try
        {
            channel.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other side was faster.
        }
        channel.Close();
    }
}
