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
    private readonly ByteRangeList _words = new();
    private readonly List<(Command Command, int First, int Count)> _commands = [];
    private readonly List<(int Word, Slot Slot, KeyHash Hash)> _keys = [];
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
        int word = _commands[index].First + _commands[index].Command.FirstKey;
        foreach ((int at, _, KeyHash hash) in _keys)
        {
            if (at == word)
            {
                return hash;
            }
        }
        return default;
    }

    /// <summary>One of the keys.</summary>
    public ReadOnlySpan<byte> KeyAt(int index)
    {
        ByteRange range = _words[_keys[index].Word];
        return _bytes.AsSpan(range.Start, range.Length);
    }

    /// <summary>Its slot.</summary>
    public Slot SlotAt(int index) => _keys[index].Slot;

    /// <summary>The shards of all keys.</summary>
    public void AddShards(ref ShardSet shards)
    {
        foreach ((_, _, KeyHash hash) in _keys)
        {
            shards.Add(store.ShardOf(hash));
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
        (Command command, int first, _) = _commands[^1];
        int count = _words.Count - first;
        _commands[^1] = (command, first, count);
        var keys = KeyPositions.Of(command, count);
        for (int i = keys.First; i <= keys.Last; i += keys.Step)
        {
            ByteRange range = _words[first + i];
            ReadOnlySpan<byte> key = _bytes.AsSpan(range.Start, range.Length);
            _keys.Add((first + i, Slot.Of(key), store.Hash(key)));
        }
        Writes |= (command.Flags & CommandFlags.Write) != 0;
        Reads |= count > command.OverwriteWords;
    }

    /// <summary>Writes them for another node.</summary>
    public void WriteTo(MessageWriter writer)
    {
        writer.UInt32((uint)_commands.Count);
        foreach ((_, int first, int count) in _commands)
        {
            writer.UInt32((uint)count);
            for (int i = first; i < first + count; i++)
            {
                writer.Bytes(_bytes.AsSpan(_words[i].Start, _words[i].Length));
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

    private Command? Find(CommandTable table, int first)
    {
        Command? command = table.Find(_bytes.AsSpan(_words[first].Start, _words[first].Length));
        if (command is { HasSubcommands: true })
        {
            ByteRange range = _words.Count > first + 1 ? _words[first + 1] : default;
            command = CommandTable.FindSubcommand(command, _bytes.AsSpan(range.Start, range.Length));
        }
        return command is null || command.StaysHere || command.OverRing is not null ? null : command;
    }
}
