using System.Buffers.Binary;

using Henge.Cluster;
using Henge.Cluster.Messages;
using Henge.Commands;
using Henge.Protocol;
using Henge.Storage;
using Henge.Storage.Shards;

namespace Henge.Routing.Operations;

/// <summary>
/// Commands with their words, kept as they are sent: what only passes through here is copied as one block and never
/// taken apart. For each command: <c>u32 words { u32 length, word }</c>.
/// </summary>
internal sealed class CommandWords(Store store)
{
    /// <summary>Room that is kept by <see cref="Clear"/>: enough for a command with a small value.</summary>
    private const int KeptBytes = 1024;

    private const int KeptWords = 16;

    private const int None = -1;

    private OneOrMore<(Command Command, int Start, int Count, int FirstKey)> _commands;
    private OneOrMore<(ByteRange Place, Slot Slot)> _keys;
    private ByteRangeList? _words;
    private int _taken = None;
    private byte[] _bytes = [];
    private int _length;
    private int _count;

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

    /// <summary>Its words, until those of another command are asked for, or something is added.</summary>
    public CommandArguments ArgumentsAt(int index)
    {
        _words ??= new ByteRangeList(KeptWords);
        if (_taken != index)
        {
            _taken = index;
            TakeApart(_commands[index].Start, _commands[index].Count, _words);
        }
        return new CommandArguments(_bytes, _words.Slice(0, _words.Count));
    }

    /// <summary>The hash of its first key; nothing for one without keys.</summary>
    public KeyHash KeyHashAt(int index)
    {
        int key = _commands[index].FirstKey;
        int next = index + 1 < _commands.Count ? _commands[index + 1].FirstKey : _keys.Count;
        return key < next ? store.Hash(KeyAt(key)) : default;
    }

    /// <summary>One of the keys.</summary>
    public ReadOnlySpan<byte> KeyAt(int index) => Bytes(_keys[index].Place);

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
    /// <param name="command">The command.</param>
    /// <param name="words">Its words.</param>
    /// <param name="slot">The slot of its one key, where that is known.</param>
    public void Add(Command command, in CommandArguments words, Slot? slot = null)
    {
        Begin(command);
        for (int i = 0; i < words.Count; i++)
        {
            Word(words[i]);
        }
        End(slot);
    }

    /// <summary>Begins a command; its words follow, the name first.</summary>
    public void Begin(Command command)
    {
        _commands.Add((command, _length, 0, _keys.Count));
        _taken = None;
        _count = 0;
        Take(sizeof(uint));
    }

    /// <summary>Adds a word to the command that was begun.</summary>
    public void Word(ReadOnlySpan<byte> word)
    {
        Span<byte> room = Take(sizeof(uint) + word.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(room, (uint)word.Length);
        word.CopyTo(room[sizeof(uint)..]);
        _count++;
    }

    /// <summary>The command that was begun has all its words.</summary>
    /// <param name="slot">The slot of its one key, where that is known.</param>
    public void End(Slot? slot = null)
    {
        int last = _commands.Count - 1;
        (Command command, int start, _, int firstKey) = _commands[last];
        _commands[last] = (command, start, _count, firstKey);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(start), (uint)_count);
        var keys = KeyPositions.Of(command, _count);
        int next = keys.First;
        int at = start + sizeof(uint);
        for (int i = 0; i <= keys.Last; i++)
        {
            ByteRange word = WordAt(at);
            at = word.Start + word.Length;
            if (i == next)
            {
                _keys.Add((word, slot ?? Slot.Of(Bytes(word))));
                next += keys.Step;
            }
        }
        Writes |= (command.Flags & CommandFlags.Write) != 0;
        Reads |= _count > command.OverwriteWords;
    }

    /// <summary>Forgets them; much memory is given back.</summary>
    public void Clear()
    {
        _commands.Clear();
        _keys.Clear();
        _taken = None;
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
        writer.Raw(_bytes.AsSpan(0, _length));
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
            int start = _length;
            _count = 0;
            Take(sizeof(uint));
            for (uint word = 0; word < words && !reader.Failed; word++)
            {
                Word(reader.Bytes());
            }
            if (reader.Failed || words == 0 || Find(table, start) is not { } command || !command.FitsArity((int)words))
            {
                return false;
            }
            _commands.Add((command, start, (int)words, _keys.Count));
            End();
        }
        return reader.IsDone && _commands.Count > 0;
    }

    /// <summary>Where the word is whose length stands at a place.</summary>
    private ByteRange WordAt(int at) =>
        new(at + sizeof(uint), (int)BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at)));

    private ReadOnlySpan<byte> Bytes(ByteRange range) => _bytes.AsSpan(range.Start, range.Length);

    private void TakeApart(int start, int count, ByteRangeList into)
    {
        into.Clear(KeptWords);
        int at = start + sizeof(uint);
        for (int i = 0; i < count; i++)
        {
            ByteRange word = WordAt(at);
            into.Add(word.Start, word.Length);
            at = word.Start + word.Length;
        }
    }

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_length + count, Math.Max(64, 2 * _bytes.Length)));
        }
        Span<byte> room = _bytes.AsSpan(_length, count);
        _length += count;
        return room;
    }

    private Command? Find(CommandTable table, int start)
    {
        ByteRange name = WordAt(start + sizeof(uint));
        Command? command = table.Find(Bytes(name));
        if (command is { HasSubcommands: true })
        {
            ByteRange second = _count > 1 ? WordAt(name.Start + name.Length) : default;
            command = CommandTable.FindSubcommand(command, Bytes(second));
        }
        return command is null || command.StaysHere || command.OverRing is not null ? null : command;
    }
}
