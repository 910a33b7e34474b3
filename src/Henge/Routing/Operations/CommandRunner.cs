using System.Buffers.Binary;

using Henge.Commands;
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
    private readonly RespSession _session;
    private readonly RespWriter _reply = new();
    private readonly RespWriter _one = new();
    private CommandMeter _meter;
    private bool _isMetering;
    private int _ran;

    /// <summary>Creates the runner of a lane.</summary>
    public CommandRunner(HengeNode node)
    {
        _node = node;
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
        _meter = new CommandMeter(_node);
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

    /// <summary>Carries an operation out, and returns what it replies, until the next is carried out.</summary>
    public ReadOnlySpan<byte> Run(CommandOperation operation, long nowMs)
    {
        _session.Version = operation.Manner.Version;
        _session.Client.LeavesRecencyAlone = operation.Manner.LeavesRecencyAlone;
        _reply.Clear();
        _reply.Version = operation.Manner.Version;
        _reply.Limit(Limit);
        if (operation.IsTransaction)
        {
            RunTogether(operation, nowMs);
        }
        else
        {
            Run(operation.Words, 0, _reply, nowMs);
        }
        if (_reply.IsOverLimit)
        {
            _reply.Clear();
            if (operation.IsTransaction)
            {
                _reply.Raw([Ran]);
            }
            _reply.Error("ERR reply exceeds the output limit"u8);
        }
        return _reply.Written;
    }

    private void Run(CommandWords words, int index, RespWriter reply, long nowMs)
    {
        Command command = words.CommandAt(index);
        KeyHash hash = words.KeyHashAt(index);
        if (_isMetering)
        {
            CommandDispatch.RunOne(_session, command, hash, words.ArgumentsAt(index), reply, nowMs, ref _meter);
            _ran++;
        }
        else
        {
            CommandDispatch.RunOne(_session, command, hash, words.ArgumentsAt(index), reply, nowMs);
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
