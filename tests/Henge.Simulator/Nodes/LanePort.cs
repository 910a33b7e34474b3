using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Simulator.Network;
using Henge.Simulator.Time;
using Henge.Simulator.Workload;

namespace Henge.Simulator.Nodes;

/// <summary>
/// One loop of a node: its lane, the data links that it dials to every member that lives, and the turns. A turn begins
/// with the newest snapshot, may take in several events, and ends with a flush.
/// </summary>
internal sealed class LanePort : ILaneHost
{
    private const long RedialUs = 200_000;
    private const long LongestTurnUs = 100;
    private readonly World _world;
    private readonly SimNode _node;
    private readonly int _number;
    private readonly SimRandom _random;
    private readonly Dictionary<MemberId, (SimConnection Connection, LinkEnd End)> _links = [];
    private readonly Dictionary<long, (SimConnection Connection, LinkEnd End)> _requesters = [];
    private readonly HashSet<MemberId> _dialling = [];
    private bool _isTurnOpen;
    private bool _isTickDue;

    public LanePort(World world, SimNode node, int number, SimRandom random)
    {
        _world = world;
        _node = node;
        _number = number;
        _random = random;
        Thread = new SimThread(world.Time);
        Lane = new Lane(number, node.Host.Shape.Options, node.Store, node.Core.Shared, node.Core.Snapshot, this);
    }

    public SimThread Thread { get; }

    public Lane Lane { get; }

    /// <inheritdoc/>
    public ChangeBuffer Changes { get; } = new();

    /// <summary>Does something on the lane's thread, within a turn.</summary>
    public void Post(Action<Instant> work) => Thread.Post(() => Turn(work));

    /// <summary>There is a newer snapshot.</summary>
    public void Wake() => Thread.PostAfter(_random.Below(1000L), () => Turn(static _ => { }));

    /// <inheritdoc/>
    public bool TrySend(MemberId to, ReadOnlySpan<byte> message)
    {
        if (!_links.TryGetValue(to, out (SimConnection Connection, LinkEnd End) link))
        {
            return false;
        }
        _world.Trace.Sent(_node, to, LinkKind.Data, message);
        return link.Connection.TrySend(link.End, message, _world.Network.Conditions.QueueBytes);
    }

    /// <inheritdoc/>
    public bool TryReply(long link, ReadOnlySpan<byte> message) =>
        _requesters.TryGetValue(link, out (SimConnection Connection, LinkEnd End) requester)
        && requester.Connection.TrySend(requester.End, message, long.MaxValue);

    /// <inheritdoc/>
    public Operation? Accept(MemberId from, ReadOnlySpan<byte> request) => SimOperation.Read(_world, _node, request);

    /// <inheritdoc/>
    public bool TryAnswer(ReadOnlySpan<byte> request, MessageWriter answer, Instant now)
    {
        if (SimOperation.Read(_world, _node, request) is not { Writes: false, KeyCount: 1 } operation
            || !Lane.ServesDirectly(operation.SlotAt(0), now))
        {
            return false;
        }
        operation.Execute(now);
        operation.WriteReplyTo(answer);
        return true;
    }

    /// <inheritdoc/>
    public void Quiesced(int lane, long snapshotNumber) =>
        _node.CoreThread.PostAfter(
            _random.Below(500L), () => _node.OnCore(now => _node.Core.Quiesced(lane, snapshotNumber, now)));

    /// <summary>Another node's lane has dialled this one.</summary>
    public void Accepted(Member peer, SimConnection connection, LinkEnd end)
    {
        _requesters[connection.Number] = (connection, end);
        end.Bind(
            message => Turn(now =>
            {
                _world.Trace.Received(_node, peer, LinkKind.Data, message);
                Expect(Lane.Receive(peer.Id, connection.Number, message, now), message);
            }),
            _ => Turn(_ =>
            {
                _requesters.Remove(connection.Number);
                Lane.RequesterGone(connection.Number);
            }));
    }

    /// <summary>Closes the data links with a member that is gone.</summary>
    public void Hangup(MemberId member)
    {
        if (_links.Remove(member, out (SimConnection Connection, LinkEnd End) link))
        {
            link.Connection.Close(link.End, DownReason.Closed);
            Turn(now => Lane.LinkDown(member, now));
            RedialLater(member);
        }
    }

    private void Turn(Action<Instant> work)
    {
        Instant now = _node.Host.Clock.Now;
        _node.LaneInTurn = this;
        if (_node.Published.Number > Lane.Snapshot.Number)
        {
            _world.Oracle.ViewEnds(_node, Lane.Snapshot.View);
            Lane.Adopt(_node.Published, now);
            DialAll();
        }
        work(now);
        _node.LaneInTurn = null;
        if (!_isTurnOpen)
        {
            _isTurnOpen = true;
            Thread.PostAfter(_random.Below(LongestTurnUs), EndTurn);
        }
    }

    private void EndTurn()
    {
        _isTurnOpen = false;
        _node.LaneInTurn = this;
        Lane.Flush(_node.Host.Clock.Now);
        _node.LaneInTurn = null;
        if (Lane.IsBusy && !_isTickDue)
        {
            _isTickDue = true;
            Thread.PostAfter(_random.Between(10_000, 50_000), () =>
            {
                _isTickDue = false;
                Turn(Lane.Tick);
            });
        }
    }

    // Nobody sends nonsense on data links here.
    private void Expect(bool makesSense, byte[] message)
    {
        if (!makesSense)
        {
            _world.Fail("I23", $"{_node} finds that a message of kind {message[0]} makes no sense");
        }
    }

    private void DialAll()
    {
        foreach (Member member in _node.Published.Members.Values.OrderBy(static m => m.Id))
        {
            if (IsWanted(member.Id))
            {
                Dial(member.Id);
            }
        }
    }

    private bool IsWanted(MemberId member) =>
        member != _node.Id
        && _node.Published.Members.TryGetValue(member, out Member? row)
        && row.State is MemberState.Alive or MemberState.Suspect
        && !_links.ContainsKey(member);

    private void Dial(MemberId member)
    {
        if (!_dialling.Add(member))
        {
            return;
        }
        string address = _node.Published.Members[member].Address;
        Network.Dial.Start(_world, _node, Thread, address, LinkKind.Data, _number, dialled =>
        {
            _dialling.Remove(member);
            if (dialled.Peer is { } peer && peer.Id == member && IsWanted(member))
            {
                Add(member, dialled.Connection!, dialled.End!);
                return;
            }
            dialled.Connection?.Close(dialled.End!, DownReason.Closed);
            RedialLater(member);
        });
    }

    private void Add(MemberId member, SimConnection connection, LinkEnd end)
    {
        _links[member] = (connection, end);
        Turn(now => Lane.LinkUp(member, now));
        end.Bind(
            message => Turn(now =>
            {
                _world.Trace.Received(_node, member, LinkKind.Data, message);
                Expect(Lane.ReceiveReply(member, message, now), message);
            }),
            _ => Turn(now =>
            {
                if (_links.TryGetValue(member, out (SimConnection Connection, LinkEnd End) link) && link.End == end)
                {
                    _links.Remove(member);
                    Lane.LinkDown(member, now);
                    RedialLater(member);
                }
            }));
    }

    private void RedialLater(MemberId member) =>
        Thread.PostAfter(RedialUs, () =>
        {
            if (IsWanted(member))
            {
                Dial(member);
            }
        });
}
