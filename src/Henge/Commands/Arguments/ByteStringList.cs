using System.Buffers;
using System.Buffers.Binary;

using Henge.Protocol;

namespace Henge.Commands.Arguments;

/// <summary>Copies of byte strings (keys, fields, values), each behind its length, in one pooled buffer.</summary>
internal sealed class ByteStringList : IDisposable
{
    private const int InitialBytes = 4096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBytes);

    /// <summary>Bytes held, lengths included.</summary>
    public int Length { get; private set; }

    /// <summary>Strings held.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a copy.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        int needed = checked(Length + sizeof(int) + bytes.Length);
        if (needed > _buffer.Length)
        {
            int doubled = (int)Math.Min(_buffer.Length * 2L, Array.MaxLength);
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, doubled));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(Length), bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length + sizeof(int)));
        Length = needed;
        Count++;
    }

    /// <summary>Adds the strings of another list that match.</summary>
    public void AddMatches(ByteStringList others, ReadOnlySpan<byte> pattern)
    {
        for (int at = 0; at < others.Length;)
        {
            ReadOnlySpan<byte> other = others.Next(ref at);
            if (Glob.Matches(pattern, other))
            {
                Add(other);
            }
        }
    }

    /// <summary>Writes an array of them.</summary>
    public void WriteTo(RespWriter reply)
    {
        reply.Array(Count);
        for (int at = 0; at < Length;)
        {
            reply.Bulk(Next(ref at));
        }
    }

    /// <summary>The string at position <paramref name="at"/>, which moves to the next one.</summary>
    public ReadOnlySpan<byte> Next(ref int at)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(at));
        ReadOnlySpan<byte> found = _buffer.AsSpan(at + sizeof(int), length);
        at += sizeof(int) + length;
        return found;
    }

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        Length = 0;
        Count = 0;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Clear();
    }
}
