using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;

namespace Henge.Tests.Cluster.Members;

/// <summary>A process of a test: a membership and what surrounds it.</summary>
internal sealed class TestNode : IClusterHost
{
    private readonly TestRing _ring;
    private readonly List<Action<Instant>> _missed = [];
    private readonly HashSet<string> _dialling = [];
    private bool _isPaused;

    public TestNode(TestRing ring, Member self, ClusterOptions options, ulong seed)
    {
        _ring = ring;
        Hello = self;
        Membership = new Membership(options, self, this, seed);
    }

    public Membership Membership { get; }

    public Member Hello { get; }

    public string Name => Hello.Name;

    public string Address => Hello.Address;

    public MemberId Id => Hello.Id;

    public bool IsRunning { get; set; } = true;

    /// <summary>Whether its host is gone without a word: nothing comes out, nobody refuses.</summary>
    public bool IsOff { get; set; }

    public long ClockOffsetMs { get; set; }

    public List<ClusterEvent> Events { get; } = [];

    public List<string> Dials { get; } = [];

    public int Sent { get; private set; }

    /// <summary>Whether messages are lost before they are sent.</summary>
    public Func<TestNode, MessageKind, bool> Loses { get; set; } = static (_, _) => false;

    public Instant Now => new(TestRing.StartUnixMs + _ring.NowMs + ClockOffsetMs, _ring.NowMs);

    public MemberState? StateOf(string name) =>
        Membership.Members.GetValueOrDefault(MemberId.Of(name))?.State;

    public int Alive => Membership.Members.Values.Count(m => m.State == MemberState.Alive);

    public bool Saw(ClusterEventKind kind, string name) => Events.Exists(e => e.Kind == kind && e.Member?.Name == name);

    /// <summary>Lets it do something, now or when it runs again.</summary>
    public void Do(Action<Instant> action)
    {
        if (_isPaused)
        {
            _missed.Add(action);
        }
        else if (IsRunning && !IsOff)
        {
            action(Now);
        }
    }

    public void Turn()
    {
        if (IsRunning && !IsOff)
        {
            if (!_isPaused)
            {
                Membership.Tick(Now);
            }
            _ring.After(50, Turn);
        }
    }

    public void Pause() => _isPaused = true;

    public void Resume()
    {
        _isPaused = false;
        foreach (Action<Instant> action in _missed.ToArray())
        {
            action(Now);
        }
        _missed.Clear();
    }

    public void LinkOpened(TestNode peer, string? dialled)
    {
        _dialling.Remove(dialled ?? "");
        Do(now => Membership.LinkUp(peer.Hello, LinkKind.Control, dialled, now));
    }

    public void LinkClosed(TestNode peer, DownReason reason)
    {
        if (!_ring.Links.Exists(l => l.Has(this) && l.Other(this).Id == peer.Id))
        {
            Do(now => Membership.LinkDown(peer.Id, LinkKind.Control, reason, now));
        }
    }

    public void DialFailed(string address, DownReason reason)
    {
        _dialling.Remove(address);
        Do(now => Membership.DialFailed(address, reason, now));
    }

    public void Receive(MemberId from, byte[] message) => Do(now =>
    {
        var reader = new MessageReader(message);
        MessageKind kind = reader.Kind();
        Membership.Receive(from, kind, ref reader, now);
    });

    bool IClusterHost.TrySend(MemberId to, LinkKind link, ReadOnlySpan<byte> message)
    {
        TestLink? open = _ring.Links.Find(l => l.Dialler == this && l.Listener.Id == to)
            ?? _ring.Links.Find(l => l.Listener == this && l.Dialler.Id == to);
        if (open is null)
        {
            return false;
        }
        Sent++;
        byte[] copy = message.ToArray();
        TestNode peer = open.Other(this);
        if (!IsOff && !_ring.IsCut(this, peer) && !Loses(peer, (MessageKind)copy[0]))
        {
            _ring.After(1, () =>
            {
                if (_ring.Links.Contains(open))
                {
                    peer.Receive(Id, copy);
                }
            });
        }
        return true;
    }

    void IClusterHost.Dial(string address)
    {
        Dials.Add(address);
        if (_dialling.Add(address))
        {
            _ring.Dial(this, address);
        }
    }

    void IClusterHost.Hangup(MemberId member)
    {
        List<TestLink> links = _ring.Links.FindAll(l => l.Has(this) && l.Other(this).Id == member);
        BootId newest = links.Select(l => l.Other(this).Hello.Boot).DefaultIfEmpty().Max();
        bool hasOlder = links.Exists(l => l.Other(this).Hello.Boot != newest);
        foreach (TestLink link in links.Where(l => !hasOlder || l.Other(this).Hello.Boot != newest))
        {
            _ring.After(0, () => _ring.Close(link, this, DownReason.Closed));
        }
    }

    void IClusterHost.Wake() => throw new InvalidOperationException("not membership's");

    void IClusterHost.Publish(ClusterSnapshot snapshot) => throw new InvalidOperationException("not membership's");

    void IClusterHost.Report(ClusterEvent happened) => Events.Add(happened);
}
