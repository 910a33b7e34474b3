using System.Buffers.Binary;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Commands;
using Henge.Diagnostics.Figures;
using Henge.Protocol;
using Henge.Sessions;
using Henge.Storage;
using Henge.Storage.Shards;

namespace Henge.Routing.Operations;

/// <summary>
/// Runs the commands of operations on one lane, in a session of its own: the client may be on another node, or gone, or
/// may have changed its mind about the dialect while the operation waited. They count as any others do.
/// </summary>
internal sealed class CommandRunner
{
    /// <summary>First byte of the reply of a transaction that ran.</summary>
    public const byte Ran = 1;

    /// <summary>First byte of the reply of one that did not, because what it watched has changed.</summary>
    public const byte Changed = 0;

    private readonly HengeNode _node;
    private readonly LaneFigures? _figures;
    private readonly RespSession _session;
    private readonly RespWriter _reply = new();
    private readonly RespWriter _one = new();
    private readonly ByteRangeList _words = new(PlainRead.MaxWords);
    private CommandMeter _meter;
    private bool _isMetering;
    private int _ran;

    /// <summary>Creates the runner of a lane.</summary>
    /// <param name="node">The node.</param>
    /// <param name="figures">Where the lane counts; null where metrics are off.</param>
    public CommandRunner(HengeNode node, LaneFigures? figures)
    {
        _node = node;
        _figures = figures;
        _session = RespSession.OfPeers(node);
    }

    /// <summary>Most bytes of one reply.</summary>
    private long Limit => Math.Max(
        _node.Options.Limits.OutputHardBytes,
        (long)_node.Options.MaxValue + _node.Options.Limits.OutputPauseBytes);

    /// <summary>
    /// Begins to meter the commands of several operations together, as those of a client's pipeline are.
    /// </summary>
    public void BeginRun()
    {
        _meter = new CommandMeter(_node, _figures);
        _isMetering = true;
    }

    /// <summary>Ends what <see cref="BeginRun"/> began, and counts it.</summary>
    public void EndRun()
    {
        _meter.Close();
        _isMetering = false;
        Interlocked.Add(ref _node.Counters.CommandsProcessed, _ran);
        _ran = 0;
    }

    /// <summary>
    /// Carries a request out where it lies when it only reads one key and the lane serves its slot directly, and
    /// answers; false, with nothing done, for all others.
    /// </summary>
    public bool TryRead(ReadOnlySpan<byte> request, Lane lane, MessageWriter answer, Instant now)
    {
        if (!PlainRead.TryParse(request, _node.Commands, _words, out Command? command, out CallManner manner))
        {
            return false;
        }
        var arguments = new CommandArguments(request, _words.Slice(0, _words.Count));
        ReadOnlySpan<byte> key = arguments[command.FirstKey];
        if (!lane.ServesDirectly(Slot.Of(key), now))
        {
            return false;
        }
        Begin(manner);
        Run(command, _node.Store.Hash(key), arguments, _reply, now.UnixMs);
        answer.Raw(Checked(isTransaction: false));
        return true;
    }

    /// <summary>Carries an operation out, and returns what it replies, until the next is carried out.</summary>
    public ReadOnlySpan<byte> Run(CommandOperation operation, long nowMs)
    {
        Begin(operation.Manner);
        if (operation.IsTransaction)
        {
            RunTogether(operation, nowMs);
        }
        else
        {
            Run(operation.Words, 0, _reply, nowMs);
        }
        return Checked(operation.IsTransaction);
    }

    private ReadOnlySpan<byte> Checked(bool isTransaction)
    {
        if (_reply.IsOverLimit)
        {
            _reply.Clear();
            if (isTransaction)
            {
                _reply.Raw([Ran]);
            }
            _reply.Error("ERR reply exceeds the output limit"u8);
        }
        return _reply.Written;
    }

    private void Begin(CallManner manner)
    {
        _session.Version = manner.Version;
        _session.Client.LeavesRecencyAlone = manner.LeavesRecencyAlone;
        _reply.Clear();
        _reply.Version = manner.Version;
        _reply.Limit(Limit);
    }

    private void Run(CommandWords words, int index, RespWriter reply, long nowMs) =>
        Run(words.CommandAt(index), words.KeyHashAt(index), words.ArgumentsAt(index), reply, nowMs);

    private void Run(
        Command command, KeyHash hash, in CommandArguments arguments, RespWriter reply, long nowMs)
    {
        if (_isMetering)
        {
            CommandDispatch.RunOne(_session, command, hash, arguments, reply, nowMs, ref _meter);
            _ran++;
        }
        else
        {
            CommandDispatch.RunOne(_session, command, hash, arguments, reply, nowMs, _figures);
        }
    }

    private void RunTogether(CommandOperation operation, long nowMs)
    {
        CommandWords words = operation.Words;
        Store store = _node.Store;
        var shards = default(ShardSet);
        words.AddShards(ref shards);
        foreach ((byte[] key, _, _) in operation.Watched)
        {
            shards.Add(store.ShardOf(store.Hash(key)));
        }
        using ShardsScope locked = store.Lock(shards);
        foreach ((byte[] key, _, ulong version) in operation.Watched)
        {
            using EntryScope entry = store.Open(key, nowMs);
            if (entry.Version != version)
            {
                _reply.Raw([Changed]);
                return;
            }
        }
        _reply.Raw([Ran]);
        Span<byte> length = stackalloc byte[sizeof(int)];
        for (int i = 0; i < words.Count; i++)
        {
            _one.Clear();
            _one.Version = operation.Manner.Version;
            _one.Limit(Limit);
            Run(words, i, _one, nowMs);
            BinaryPrimitives.WriteInt32LittleEndian(length, _one.Length);
            _reply.Raw(length);
            _reply.Raw(_one.Written);
        }
    }
}
