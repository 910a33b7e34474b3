using System.Buffers;

namespace Henge.Transport.Buffers;

/// <summary>
/// Bytes in the order they came: the tail of a command that is not yet complete, or replies that the kernel did not
/// take. It holds no memory while empty. Owned by one thread at a time; only <see cref="Length"/> is read by others.
/// </summary>
internal sealed class ByteQueue
{
    /// <summary>Least memory taken at once.</summary>
    private const int MinCapacity = 1024;

    /// <summary>
    /// Above this, memory is the collector's alone: the pool would keep it long after one large value.
    /// </summary>
    private const int LargestPooled = 1 << 20;

    private readonly BufferBudget _budget;
    private byte[] _buffer = [];
    private int _start;
    private volatile int _length;

    /// <summary>Creates an empty queue that charges <paramref name="budget"/> for what it holds.</summary>
    public ByteQueue(BufferBudget budget) => _budget = budget;

    /// <summary>Bytes in the queue.</summary>
    public int Length => _length;

    /// <summary>Memory held.</summary>
    public int Capacity => _buffer.Length;

    /// <summary>The bytes; valid until the queue changes.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _length);

    /// <summary>The bytes as memory; valid until the queue changes.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(_start, _length);

    /// <summary>Room behind the bytes; see <see cref="TryReserve"/>.</summary>
    public Memory<byte> Room => _buffer.AsMemory(_start + _length);

    /// <summary>Adds bytes; false when the budget does not grant the memory, and then nothing is added.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (!TryReserve(bytes.Length))
        {
            return false;
        }
        bytes.CopyTo(_buffer.AsSpan(_start + _length));
        _length += bytes.Length;
        return true;
    }

    /// <summary>Makes <see cref="Room"/> at least so long; false when the budget does not grant the memory.</summary>
    public bool TryReserve(int count)
    {
        if (_buffer.Length - _start - _length >= count)
        {
            return true;
        }
        long needed = (long)_length + count;
        if (needed <= _buffer.Length && _start >= _buffer.Length / 2)
        {
            // Moving at most half of the buffer, after as much was taken out: constant cost per byte.
            _buffer.AsSpan(_start, _length).CopyTo(_buffer);
            _start = 0;
            return true;
        }
        return needed <= Array.MaxLength && TryGrow((int)Math.Max(needed, Math.Min(2L * _length, Array.MaxLength)));
    }

    /// <summary>Counts bytes written to <see cref="Room"/>.</summary>
    public void Advance(int count) => _length += count;

    /// <summary>Takes bytes off the front; what is empty holds no memory.</summary>
    public void Consume(int count)
    {
        _start += count;
        _length -= count;
        if (_length == 0)
        {
            Release();
        }
    }

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Release()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _start = 0;
        _length = 0;
        Free(buffer);
    }

    private bool TryGrow(int needed)
    {
        int wanted = Math.Max(needed, MinCapacity);
        if (!_budget.TryTake(wanted))
        {
            return false;
        }
        byte[] larger = wanted <= LargestPooled
            ? ArrayPool<byte>.Shared.Rent(wanted)
            : GC.AllocateUninitializedArray<byte>(wanted);
        _budget.Charge(larger.Length - wanted);
        byte[] old = _buffer;
        _buffer.AsSpan(_start, _length).CopyTo(larger);
        _buffer = larger;
        _start = 0;
        Free(old);
        return true;
    }

    private void Free(byte[] buffer)
    {
        if (buffer.Length == 0)
        {
            return;
        }
        _budget.Give(buffer.Length);
        if (buffer.Length <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
