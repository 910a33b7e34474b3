using Henge.Cluster;
using Henge.Cluster.Rings;
using Henge.Commands;
using Henge.Protocol;
using Henge.Protocol.Requests;

namespace Henge.Sessions;

/// <summary>
/// Parses what one client sends into batches of commands: finds them in the table, hashes their first keys, and hints
/// at the memory of those.
/// </summary>
/// <param name="session">Whose requests they are.</param>
/// <param name="isLocal">Whether they come from this machine.</param>
internal sealed class BatchReader(RespSession session, bool isLocal)
{
    private readonly RespRequestReader _reader = new();

    /// <summary>The bytes that the words of an inline command lie in.</summary>
    public ReadOnlySpan<byte> InlineBytes => _reader.InlineBytes;

    /// <summary>Bytes that an incomplete command wants to be given at least; 0 when none is incomplete.</summary>
    public int WantedBytes => _reader.WantedBytes;

    /// <summary>Memory held between calls.</summary>
    public long HeldBytes => _reader.HeldBytes;

    /// <summary>The error to answer to what was invalid.</summary>
    public string Error => _reader.Error;

    /// <summary>Whether it was invalid because it was too large.</summary>
    public bool IsTooLarge => _reader.IsTooLarge;

    /// <summary>Forgets an incomplete command: it is parsed again.</summary>
    public void Restart() => _reader.Restart();

    /// <summary>
    /// Parses up to a batch of commands. An inline command is a batch of its own, since its words lie elsewhere, and so
    /// is each command before authentication, since the limits change with it.
    /// </summary>
    public RequestStatus Read(CommandBatch batch, ReadOnlySpan<byte> input, ref int position)
    {
        bool authenticated = session.Client.IsAuthenticated;
        _reader.Limits = authenticated ? session.Node.RequestLimits : RespLimits.Unauthenticated;
        int most = authenticated ? CommandBatch.MaxCommands : 1;
        while (true)
        {
            int start = position;
            int firstWord = batch.Words.Count;
            RequestStatus status = _reader.Read(input, ref position, batch.Words);
            if (status == RequestStatus.Inline)
            {
                if (batch.Count != 0)
                {
                    position = start;
                    return RequestStatus.Complete;
                }
                if (!AdmitsInline(input[start..position], batch.Words))
                {
                    session.CloseAsForeign();
                    return RequestStatus.Inline;
                }
                Resolve(ref batch.Add(start, firstWord), batch, _reader.InlineBytes);
                return status;
            }
            if (status != RequestStatus.Complete)
            {
                return status;
            }
            Resolve(ref batch.Add(start, firstWord), batch, input);
            if (batch.Count == most)
            {
                return status;
            }
        }
    }

    /// <summary>Finds the command that the words name, and hashes its first key.</summary>
    private void Resolve(ref BatchedCommand item, CommandBatch batch, ReadOnlySpan<byte> source)
    {
        CommandArguments arguments = batch.Arguments(item, source);
        Command? command = session.Node.Commands.Find(arguments[0]);
        if (command is { HasSubcommands: true } && arguments.Count > 1)
        {
            command = CommandTable.FindSubcommand(command, arguments[1]) ?? command;
        }
        item.Command = command;
        if (command is not null && command.FirstKey > 0 && command.FirstKey < arguments.Count)
        {
            ReadOnlySpan<byte> key = arguments[command.FirstKey];
            item.KeyHash = session.Node.Store.Hash(key);
            if (command.LastKey == command.FirstKey && session.Connection.Lane is { Lane.Snapshot.IsAlone: false })
            {
                item.Slot = Slot.Of(key);
            }
        }
    }

    /// <summary>
    /// Asks for the memory of all keys that may be here before the first is served; of no use for a single command.
    /// </summary>
    public void Prefetch(CommandBatch batch)
    {
        int count = batch.Count;
        if (count == 1)
        {
            return;
        }
        for (int i = 0; i < count; i++)
        {
            if (MayBeHere(batch[i]))
            {
                session.Node.Store.PrefetchIndex(batch[i].KeyHash);
            }
        }
        for (int i = 0; i < count; i++)
        {
            if (MayBeHere(batch[i]))
            {
                session.Node.Store.PrefetchEntry(batch[i].KeyHash);
            }
        }
    }

    private bool MayBeHere(in BatchedCommand item) =>
        item.Command is { FirstKey: > 0 }
        && (item.Slot is not { } slot
            || session.Connection.Lane!.Lane.Snapshot.Access[slot.Number] != SlotAccess.Remote);

    /// <summary>
    /// Whether an inline command is taken: from this machine or from one who has shown the password, and only if
    /// nothing about it looks like another protocol (RELIABILITY, "One port, two protocols").
    /// </summary>
    private bool AdmitsInline(ReadOnlySpan<byte> line, ByteRangeList words)
    {
        bool hasShownPassword = session.Client.IsAuthenticated && session.Node.Authenticator.IsRequired;
        if (CrossProtocol.HasHttpVersion(line) || (!isLocal && !hasShownPassword))
        {
            return false;
        }
        for (int i = 1; i < words.Count && !hasShownPassword; i++)
        {
            if (CrossProtocol.IsPathOrUrl(_reader.InlineBytes.Slice(words[i].Start, words[i].Length)))
            {
                return false;
            }
        }
        return true;
    }
}
