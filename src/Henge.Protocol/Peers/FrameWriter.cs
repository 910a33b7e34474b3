using System.Buffers.Binary;

namespace Henge.Protocol.Peers;

/// <summary>
/// Gathers messages into frames and holds them until they are sent: the output of one link. What is appended goes into
/// an open frame, which <see cref="Seal"/> closes; a frame that has grown long enough is closed by itself.
/// </summary>
internal sealed class FrameWriter
{
    /// <summary>An emptied buffer larger than this is given up at once.</summary>
    private const int KeptBytes = 4 << 20;

    /// <summary>One larger than this is given up when it was not used for a while (<see cref="Trim"/>).</summary>
    private const int KeptIdleBytes = 16 << 10;

    private const int None = -1;

    private readonly FrameSeal _seal;
    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _open = None;
    private bool _wasUsed;

    /// <summary>Creates an empty writer.</summary>
    /// <param name="seal">Of the direction that it sends.</param>
    public FrameWriter(FrameSeal seal) => _seal = seal;

    /// <summary>Bytes that are not sent yet, the open frame included.</summary>
    public int Length => _end - _start;

    /// <summary>Memory that it holds.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>Frames that are closed and not sent yet; ends with the next call that changes the writer.</summary>
    public ReadOnlyMemory<byte> Sealed => _bytes.AsMemory(_start, (_open == None ? _end : _open) - _start);

    /// <summary>Adds a message.</summary>
    public void Append(ReadOnlySpan<byte> message)
    {
        long added = FrameFormat.LengthBytes + (long)message.Length;
        _wasUsed = true;
        if (_open != None && _end - _open - FrameFormat.LengthBytes + added > FrameFormat.MaxBodyBytes)
        {
            Seal();
        }
        if (_open == None)
        {
            Reserve(FrameFormat.LengthBytes + added);
            _open = _end;
            _end += FrameFormat.LengthBytes;
        }
        else
        {
            Reserve(added);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_end), (uint)message.Length);
        message.CopyTo(_bytes.AsSpan(_end + FrameFormat.LengthBytes));
        _end += (int)added;
        if (_end - _open >= FrameFormat.PreferredBodyBytes)
        {
            Seal();
        }
    }

    /// <summary>Closes the open frame, if there is one.</summary>
    public void Seal()
    {
        if (_open == None)
        {
            return;
        }
        Reserve(_seal.Bytes);
        Span<byte> body = _bytes.AsSpan((_open + FrameFormat.LengthBytes).._end);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(_open), (uint)body.Length);
        _seal.Write(body, _bytes.AsSpan(_end, _seal.Bytes));
        _end += _seal.Bytes;
        _open = None;
    }

    /// <summary>Forgets the first bytes of <see cref="Sealed"/>: they are sent.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = 0;
            _end = 0;
            if (_bytes.Length > KeptBytes)
            {
                _bytes = [];
            }
        }
    }

    /// <summary>
    /// Gives up a large buffer that was not used since the last call. Called now and then, it lets a link that carries
    /// much keep its buffer from turn to turn, and one that has carried much hold nothing.
    /// </summary>
    public void Trim()
    {
        if (!_wasUsed && Length == 0 && _bytes.Length > KeptIdleBytes)
        {
            Release();
        }
        _wasUsed = false;
    }

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Release()
    {
        _bytes = [];
        _start = 0;
        _end = 0;
        _open = None;
    }

    private void Reserve(long count)
    {
        if (_bytes.Length - _end >= count)
        {
            return;
        }
        // What was sent is moved over only when it is most of the buffer: constant cost per byte.
        byte[] target = _bytes;
        if (_start < _bytes.Length / 2 || Length + count > _bytes.Length)
        {
            long larger = Math.Max(Length + count, Math.Min(2L * Length, Array.MaxLength));
            target = GC.AllocateUninitializedArray<byte>(checked((int)Math.Max(larger, 1024)));
        }
        _bytes.AsSpan(_start, Length).CopyTo(target);
        _bytes = target;
        _open = _open == None ? None : _open - _start;
        _end -= _start;
        _start = 0;
    }
}
