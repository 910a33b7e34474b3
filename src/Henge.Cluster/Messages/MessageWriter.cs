using System.Buffers.Binary;
using System.Text;

namespace Henge.Cluster.Messages;

/// <summary>
/// Writes messages, little-endian, into a buffer that grows and is used again after <see cref="Clear"/>.
/// </summary>
internal sealed class MessageWriter
{
    // A writer that carried a large value gives its memory back before the next message.
    private const int KeptBytes = 1 << 20;

    private byte[] _bytes;
    private int _length;

    /// <summary>Creates a writer with room for so many bytes.</summary>
    public MessageWriter(int capacity = 256) => _bytes = new byte[capacity];

    /// <summary>What was written; ends with the next call that changes the writer.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>As <see cref="Written"/>, for those that keep it until then.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    /// <summary>Bytes written.</summary>
    public int Length => _length;

    /// <summary>Bytes it can hold without growing.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>Begins anew.</summary>
    public void Clear() => _length = 0;

    /// <summary>Begins anew with a message of a kind; memory beyond a megabyte is given back.</summary>
    public void Begin(MessageKind kind)
    {
        _length = 0;
        if (_bytes.Length > KeptBytes)
        {
            _bytes = new byte[256];
        }
        Byte((byte)kind);
    }

    /// <summary>Forgets what was written after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => _length = Math.Min(_length, length);

    /// <summary>One byte.</summary>
    public void Byte(byte value) => Take(1)[0] = value;

    /// <summary>Two bytes.</summary>
    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), value);

    /// <summary>Four bytes.</summary>
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    /// <summary>Eight bytes.</summary>
    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    /// <summary>Eight bytes.</summary>
    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(sizeof(long)), value);

    /// <summary>Sixteen bytes.</summary>
    public void UInt128(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Take(16), value);

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>A length of four bytes, and the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        UInt32((uint)bytes.Length);
        Raw(bytes);
    }

    /// <summary>A text in UTF-8 behind a length of four bytes.</summary>
    public void Text(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        UInt32((uint)bytes);
        Encoding.UTF8.GetBytes(text, Take(bytes));
    }

    /// <summary>Leaves room for a number of four bytes; returns where, for <see cref="Patch"/>.</summary>
    public int Reserve()
    {
        int at = _length;
        UInt32(0);
        return at;
    }

    /// <summary>Writes a number where <see cref="Reserve"/> left room.</summary>
    public void Patch(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(at), value);

    /// <summary>Writes a number of two bytes over what was written there.</summary>
    public void PatchUInt16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(at), value);

    /// <summary>Writes one byte over another.</summary>
    public void PatchByte(int at, byte value) => _bytes[at] = value;

    /// <summary>Room for <paramref name="count"/> bytes, counted as written.</summary>
    public Span<byte> Take(int count)
    {
        if (_bytes.Length - _length < count)
        {
            long wanted = Math.Max((long)_length + count, 2L * _bytes.Length);
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, wanted));
        }
        Span<byte> room = _bytes.AsSpan(_length, count);
        _length += count;
        return room;
    }
}
