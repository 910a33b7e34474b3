using System.Buffers.Binary;
using System.Text;

namespace Henge.Cluster.Messages;

/// <summary>
/// Reads what <see cref="MessageWriter"/> wrote. Reading past the end gives zeros and sets <see cref="Failed"/>, so a
/// parser reads all it expects and checks once; nothing is allocated for lengths that lie.
/// </summary>
internal ref struct MessageReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Reads from the start of <paramref name="message"/>.</summary>
    public MessageReader(ReadOnlySpan<byte> message) => _rest = message;

    /// <summary>Whether something was read that is not there.</summary>
    public bool Failed { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>Whether all was read, and nothing that is not there.</summary>
    public readonly bool IsDone => _rest.IsEmpty && !Failed;

    /// <summary>What is left, unread.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Says that what was read makes no sense.</summary>
    public void Fail()
    {
        Failed = true;
        _rest = default;
    }

    /// <summary>The kind of the message.</summary>
    public MessageKind Kind() => (MessageKind)Byte();

    /// <summary>One byte.</summary>
    public byte Byte() => Take(1) is { IsEmpty: false } bytes ? bytes[0] : (byte)0;

    /// <summary>Two bytes.</summary>
    public ushort UInt16() => Take(sizeof(ushort)) is { IsEmpty: false } bytes
        ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    /// <summary>Four bytes.</summary>
    public uint UInt32() => Take(sizeof(uint)) is { IsEmpty: false } bytes
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>Eight bytes.</summary>
    public ulong UInt64() => Take(sizeof(ulong)) is { IsEmpty: false } bytes
        ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>Eight bytes.</summary>
    public long Int64() => (long)UInt64();

    /// <summary>Sixteen bytes.</summary>
    public UInt128 UInt128() => Take(16) is { IsEmpty: false } bytes
        ? BinaryPrimitives.ReadUInt128LittleEndian(bytes) : default;

    /// <summary>So many bytes, into the message.</summary>
    public ReadOnlySpan<byte> Raw(int count) => Take(count);

    /// <summary>Bytes behind their length, into the message.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        uint length = UInt32();
        return length <= int.MaxValue ? Take((int)length) : Take(int.MaxValue);
    }

    /// <summary>A text behind its length of at most <paramref name="limit"/> bytes; a longer one fails.</summary>
    public string Text(int limit)
    {
        ReadOnlySpan<byte> bytes = Bytes();
        if (bytes.Length > limit)
        {
            Fail();
            return "";
        }
        return Encoding.UTF8.GetString(bytes);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            Fail();
            return default;
        }
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
