using System.Diagnostics;

using Henge.Commands;
using Henge.Protocol;
using Henge.Storage;

namespace Henge.Sessions;

/// <summary>
/// The commands between MULTI and EXEC. Their words are copied out of the receive buffer into one block, which is
/// charged to the store's memory and given back at EXEC, DISCARD or the end of the connection. Belongs to its session's
/// thread.
/// </summary>
internal sealed class Transaction
{
    /// <summary>
    /// Bytes that the queue of one client may take, <see cref="EntryBytes"/> for each command and 8 for each word
    /// included: about 700,000 small commands; in a small node less, see <see cref="Limit"/>. A client above it is told
    /// so and cut off.
    /// </summary>
    public const long MaxBytes = 64L << 20;

    /// <summary>One part of the node's memory in so many is what one queue may take at most.</summary>
    private const int MemoryShare = 4;

    /// <summary>What a queued command takes besides its words.</summary>
    private const int EntryBytes = 32;

    private readonly Store _store;
    private readonly List<BatchedCommand> _commands = [];
    private ByteRangeList? _words;
    private byte[] _bytes = [];
    private int _length;
    private long _charged;

    /// <summary>A transaction that has not begun.</summary>
    public Transaction(Store store) => _store = store;

    /// <summary>Whether MULTI was said and neither EXEC nor DISCARD.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Whether a command was refused while queueing, so that EXEC must answer EXECABORT.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Commands queued.</summary>
    public int Count => _commands.Count;

    /// <summary>Bytes that the queue may take: <see cref="MaxBytes"/>, or a quarter of the node's memory.</summary>
    public long Limit => Math.Min(MaxBytes, _store.MemoryBytes / MemoryShare);

    /// <summary>Bytes that the queue takes (CLIENT LIST multi-mem).</summary>
    public long HeldBytes => _length + 8L * (_words?.Count ?? 0) + (long)EntryBytes * _commands.Count;

    /// <summary>MULTI.</summary>
    public void Begin()
    {
        Debug.Assert(!IsActive, "MULTI does not nest.");
        IsActive = true;
    }

    /// <summary>Makes EXEC fail; without effect outside of a transaction.</summary>
    public void Break() => IsBroken = IsActive;

    /// <summary>Queues a command.</summary>
    /// <returns>False when that would pass <see cref="Limit"/>; nothing was queued then.</returns>
    public bool TryQueue(Command command, KeyHash keyHash, in CommandArguments arguments)
    {
        long bytes = 0;
        for (int i = 0; i < arguments.Count; i++)
        {
            bytes += arguments[i].Length;
        }
        if (HeldBytes + bytes + 8L * arguments.Count + EntryBytes > Limit)
        {
            return false;
        }
        MakeRoom((int)bytes);
        _words ??= new ByteRangeList();
        _commands.Add(new BatchedCommand
        {
            Command = command,
            KeyHash = keyHash,
            FirstWord = _words.Count,
            WordCount = arguments.Count,
        });
        for (int i = 0; i < arguments.Count; i++)
        {
            ReadOnlySpan<byte> word = arguments[i];
            word.CopyTo(_bytes.AsSpan(_length));
            _words.Add(_length, word.Length);
            _length += word.Length;
        }
        Charge();
        return true;
    }

    /// <summary>Queued command <paramref name="index"/>.</summary>
    public Command CommandAt(int index) => _commands[index].Command!;

    /// <summary>Hash of its first key, when it has one.</summary>
    public KeyHash KeyHashAt(int index) => _commands[index].KeyHash;

    /// <summary>Its words, until the transaction ends.</summary>
    public CommandArguments ArgumentsAt(int index)
    {
        BatchedCommand command = _commands[index];
        return new CommandArguments(_bytes, _words!.Slice(command.FirstWord, command.WordCount));
    }

    /// <summary>Ends it, carried out or not, and gives its memory back.</summary>
    public void End()
    {
        IsActive = false;
        IsBroken = false;
        _commands.Clear();
        _commands.TrimExcess();
        _words = null;
        _bytes = [];
        _length = 0;
        Charge();
    }

    private void MakeRoom(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_length + count, Math.Max(256, _bytes.Length * 2)));
        }
    }

    private void Charge()
    {
        long held = _bytes.Length + 8L * (_words?.Capacity ?? 0) + (long)EntryBytes * _commands.Capacity;
        if (held != _charged)
        {
            _store.Charge(held - _charged);
            _charged = held;
        }
    }
}
