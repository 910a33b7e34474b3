using Henge.Cluster;
using Henge.Cluster.Messages;
using Henge.Commands;
using Henge.Protocol;
using Henge.Storage;
using Henge.Storage.Shards;

namespace Henge.Routing.Operations;

/// <summary>Commands with their words copied into one block, and where their keys are.</summary>
internal sealed class CommandWords(Store store)
{
    /// <summary>Room that is kept by <see cref="Clear"/>: enough for a command with a small value.</summary>
    private const int KeptBytes = 1024;

    private const int KeptWords = 8;

    private readonly ByteRangeList _words = new(KeptWords);
    private OneOrMore<(Command Command, int First, int Count)> _commands;
    private OneOrMore<(int Word, Slot Slot)> _keys;
    private byte[] _bytes = [];
    private int _length;

    /// <summary>Commands.</summary>
    public int Count => _commands.Count;

    /// <summary>Keys of all commands.</summary>
    public int KeyCount => _keys.Count;

    /// <summary>Whether any may change something.</summary>
    public bool Writes { get; private set; }

    /// <summary>Whether any needs to know what is stored.</summary>
    public bool Reads { get; private set; }

    /// <summary>One of the commands.</summary>
    public Command CommandAt(int index) => _commands[index].Command;

    /// <summary>Its words, until something is added.</summary>
    public CommandArguments ArgumentsAt(int index)
    {
        (_, int first, int count) = _commands[index];
        return new CommandArguments(_bytes, _words.Slice(first, count));
    }

    /// <summary>The hash of its first key; nothing for one without keys.</summary>
    public KeyHash KeyHashAt(int index)
    {
        (Command command, int first, int count) = _commands[index];
        return command.FirstKey > 0 && command.FirstKey < count ? store.Hash(Bytes(first + command.FirstKey)) : default;
    }

    /// <summary>One of the keys.</summary>
    public ReadOnlySpan<byte> KeyAt(int index) => Bytes(_keys[index].Word);

    /// <summary>Its slot.</summary>
    public Slot SlotAt(int index) => _keys[index].Slot;

    /// <summary>The shards of all keys.</summary>
    public void AddShards(ref ShardSet shards)
    {
        for (int i = 0; i < _keys.Count; i++)
        {
            shards.Add(store.ShardOf(store.Hash(KeyAt(i))));
        }
    }

    /// <summary>Adds a command with all its words.</summary>
    public void Add(Command command, in CommandArguments words)
    {
        Begin(command);
        for (int i = 0; i < words.Count; i++)
        {
            Word(words[i]);
        }
        End();
    }

    /// <summary>Begins a command; its words follow, the name first.</summary>
    public void Begin(Command command) => _commands.Add((command, _words.Count, 0));

    /// <summary>Adds a word to the command that was begun.</summary>
    public void Word(ReadOnlySpan<byte> word)
    {
        if (_bytes.Length - _length < word.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_length + word.Length, Math.Max(64, 2 * _bytes.Length)));
        }
        word.CopyTo(_bytes.AsSpan(_length));
        _words.Add(_length, word.Length);
        _length += word.Length;
    }

    /// <summary>The command that was begun has all its words.</summary>
    public void End()
    {
        int last = _commands.Count - 1;
        (Command command, int first, _) = _commands[last];
        int count = _words.Count - first;
        _commands[last] = (command, first, count);
        var keys = KeyPositions.Of(command, count);
        for (int i = keys.First; i <= keys.Last; i += keys.Step)
        {
            _keys.Add((first + i, Slot.Of(Bytes(first + i))));
        }
        Writes |= (command.Flags & CommandFlags.Write) != 0;
        Reads |= count > command.OverwriteWords;
    }

    /// <summary>Forgets them; much memory is given back.</summary>
    public void Clear()
    {
        _words.Clear(KeptWords);
        _commands.Clear();
        _keys.Clear();
        _length = 0;
        if (_bytes.Length > KeptBytes)
        {
            _bytes = [];
        }
        Writes = false;
        Reads = false;
    }

    /// <summary>Writes them for another node.</summary>
    public void WriteTo(MessageWriter writer)
    {
        writer.UInt32((uint)_commands.Count);
        for (int command = 0; command < _commands.Count; command++)
        {
            (_, int first, int count) = _commands[command];
            writer.UInt32((uint)count);
            for (int i = first; i < first + count; i++)
            {
                writer.Bytes(Bytes(i));
            }
        }
    }

    /// <summary>
    /// Reads what <see cref="WriteTo"/> wrote; false when it makes no sense or names what another node may not ask for.
    /// </summary>
    public bool TryRead(ref MessageReader reader, CommandTable table)
    {
        uint commands = reader.UInt32();
        for (uint i = 0; i < commands && !reader.Failed; i++)
        {
            uint words = reader.UInt32();
            int first = _words.Count;
            for (uint word = 0; word < words && !reader.Failed; word++)
            {
                Word(reader.Bytes());
            }
            if (reader.Failed || words == 0 || Find(table, first) is not { } command || !command.FitsArity((int)words))
            {
                return false;
            }
            _commands.Add((command, first, (int)words));
            End();
        }
        return reader.IsDone && _commands.Count > 0;
    }

    private ReadOnlySpan<byte> Bytes(int word)
    {
        ByteRange range = _words[word];
        return _bytes.AsSpan(range.Start, range.Length);
    }

    private Command? Find(CommandTable table, int first)
    {
        Command? command = table.Find(Bytes(first));
        if (command is { HasSubcommands: true })
        {
            command = CommandTable.FindSubcommand(command, _words.Count > first + 1 ? Bytes(first + 1) : default);
        }
        return command is null || command.StaysHere || command.OverRing is not null ? null : command;
    }
}
