using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

using Henge.Commands.Bits;
using Henge.Commands.Cluster;
using Henge.Commands.Connection;
using Henge.Commands.Hashes;
using Henge.Commands.Keys;
using Henge.Commands.PubSub;
using Henge.Commands.Server;
using Henge.Commands.Strings;
using Henge.Commands.Transactions;

namespace Henge.Commands;

/// <summary>
/// All commands of one node, found by name in any case without allocation. A name of up to 16 letters is exactly its
/// length and two overlapping 8-byte words with the case bit cleared, so a probe compares three numbers and no bytes.
/// Immutable after construction, but for the counters of its rows.
/// </summary>
internal sealed class CommandTable
{
    /// <summary>Longest command name that the table can hold.</summary>
    public const int MaxNameLength = 16;

    /// <summary>A power of two, about four times the number of commands, so that probes are short.</summary>
    private const int SlotCount = 1024;

    /// <summary>Clears the bit that tells lower from upper case in each byte. Only letters land on letters.</summary>
    private const ulong CaseMask = 0xDFDF_DFDF_DFDF_DFDF;

    private static readonly ulong s_getWord = Fold("GET"u8).First;
    private static readonly ulong s_setWord = Fold("SET"u8).First;

    private readonly Slot[] _slots = new Slot[SlotCount];
    private readonly Command[] _all;
    private readonly Command? _get;
    private readonly Command? _set;

    /// <summary>The table with every command of this build. Each node has its own, for the counters.</summary>
    public CommandTable()
        : this([.. BuiltIn()])
    {
    }

    /// <summary>A table of chosen rows.</summary>
    /// <exception cref="ArgumentException">A name is taken twice, longer than 16, or not of letters alone.</exception>
    public CommandTable(Command[] commands)
    {
        _all = commands;
        foreach (Command command in commands)
        {
            Insert(command);
        }
        _get = Find("GET"u8);
        _set = Find("SET"u8);
    }

    /// <summary>Every command, without the subcommands.</summary>
    public IReadOnlyList<Command> All => _all;

    /// <summary>The command of that name in any case; null when there is none.</summary>
    public Command? Find(ReadOnlySpan<byte> name)
    {
        if ((uint)(name.Length - 1) >= MaxNameLength)
        {
            return null;
        }
        NameWords words = Fold(name);
        if (name.Length == 3)
        {
            if (words.First == s_getWord && _get is not null)
            {
                return _get;
            }
            if (words.First == s_setWord && _set is not null)
            {
                return _set;
            }
        }
        for (int at = words.Position; ; at = (at + 1) & (SlotCount - 1))
        {
            ref readonly Slot slot = ref _slots[at];
            if (slot.Command is null || slot.Name == words)
            {
                return slot.Command;
            }
        }
    }

    /// <summary>The subcommand that <paramref name="word"/> names in any case; null when there is none.</summary>
    public static Command? FindSubcommand(Command command, ReadOnlySpan<byte> word)
    {
        IReadOnlyList<Command> subcommands = command.Subcommands;
        for (int i = 0; i < subcommands.Count; i++)
        {
            ReadOnlySpan<char> name = subcommands[i].Name.AsSpan(command.Name.Length + 1);
            if (Ascii.EqualsIgnoreCase(word, name))
            {
                return subcommands[i];
            }
        }
        return null;
    }

    /// <summary>The families, one line each.</summary>
    private static IEnumerable<Command> BuiltIn() =>
    [
        .. GetCommands.Commands,
        .. SetCommands.Commands,
        .. CounterCommands.Commands,
        .. RangeCommands.Commands,
        .. ManyKeysCommands.Commands,
        .. LcsCommand.Commands,
        .. BitCommands.Commands,
        .. KeyCommands.Commands,
        .. ExpiryCommands.Commands,
        .. MoveCommands.Commands,
        .. ScanCommands.Commands,
        .. DatabaseCommands.Commands,
        .. ObjectCommand.Commands,
        .. MemoryCommand.Commands,
        .. HashReadCommands.Commands,
        .. HashWriteCommands.Commands,
        .. HashCounterCommands.Commands,
        .. HashScanCommands.Commands,
        .. AuthenticationCommands.Commands,
        .. ConnectionCommands.Commands,
        .. ClientCommands.Commands,
        .. SubscriptionCommands.Commands,
        .. PublishCommands.Commands,
        .. TransactionCommands.Commands,
        .. ServerCommands.Commands,
        .. CommandCommands.Commands,
        .. ConfigCommands.Commands,
        .. SlowLogCommands.Commands,
        .. SnapshotCommands.Commands,
        .. DebugCommands.Commands,
        .. ClusterCommands.Commands,
    ];

    private static NameWords Fold(ReadOnlySpan<byte> name)
    {
        ulong first;
        ulong last = 0;
        int length = name.Length;
        if (length >= 8)
        {
            first = BinaryPrimitives.ReadUInt64LittleEndian(name);
            last = BinaryPrimitives.ReadUInt64LittleEndian(name[(length - 8)..]);
        }
        else if (length >= 4)
        {
            first = BinaryPrimitives.ReadUInt32LittleEndian(name)
                | (ulong)BinaryPrimitives.ReadUInt32LittleEndian(name[(length - 4)..]) << 32;
        }
        else
        {
            first = name[0] | (ulong)name[length >> 1] << 8 | (ulong)name[length - 1] << 16;
        }
        return new NameWords(first & CaseMask, last & CaseMask, length);
    }

    private void Insert(Command command)
    {
        byte[] name = Encoding.ASCII.GetBytes(command.Name);
        if (name.Length is 0 or > MaxNameLength || !name.All(b => b is >= (byte)'A' and <= (byte)'Z'))
        {
            throw new ArgumentException($"'{command.Name}' cannot be a command name.", nameof(command));
        }
        Debug.Assert(_all.Length < SlotCount / 2, "The table is too full for short probes.");
        NameWords words = Fold(name);
        int at = words.Position;
        while (_slots[at].Command is not null)
        {
            if (_slots[at].Name == words)
            {
                throw new ArgumentException($"Two commands are named {command.Name}.", nameof(command));
            }
            at = (at + 1) & (SlotCount - 1);
        }
        _slots[at] = new Slot { Name = words, Command = command };
    }

    /// <summary>A folded name.</summary>
    private readonly record struct NameWords(ulong First, ulong Last, int Length)
    {
        /// <summary>Where probing starts.</summary>
        public int Position =>
            (int)((First ^ BitOperations.RotateLeft(Last, 29) ^ (ulong)Length) * 0x9E37_79B9_7F4A_7C15 >> 54);
    }

    /// <summary>One place of the table; empty without a command.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        public NameWords Name;
        public Command? Command;
    }
}
