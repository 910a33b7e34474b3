using System.Buffers.Binary;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

using Henge.Transport.Buffers;

namespace Henge.Transport.Tls;

/// <summary>
/// What lies between the platform's TLS and a socket: encrypted bytes in both directions. Whoever owns the socket feeds
/// it and sends what it holds, so TLS runs on that thread and never waits; or it is given the socket and then waits by
/// itself (<see cref="UseSocket"/>). It hands out one record at a time, so that what TLS has not yet read is known.
/// </summary>
internal sealed class TlsWire : Stream, IValueTaskSource<int>
{
    /// <summary>Bytes received at once.</summary>
    public const int SliceBytes = 16 << 10;

    private const int HeaderBytes = 5;
    private const int LengthOffset = 3;

    private readonly ByteQueue _in;
    private ManualResetValueTaskSourceCore<int> _arrival;
    private Memory<byte> _wanted;
    private bool _isWaiting;
    private int _recordLeft;
    private Socket? _socket;

    /// <summary>Creates it, empty.</summary>
    public TlsWire(BufferBudget budget)
    {
        _in = new ByteQueue(budget);
        Output = new ByteQueue(budget);
    }

    /// <summary>What is to be sent.</summary>
    public ByteQueue Output { get; }

    /// <summary>Whether a whole record is here that TLS has not read.</summary>
    public bool HasRecord => _recordLeft == 0 && _in.Length >= HeaderBytes && _in.Length >= RecordBytes;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private int RecordBytes =>
        HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(_in.Bytes.Slice(LengthOffset, sizeof(ushort)));

    /// <summary>From here on it reads and writes the socket by itself, and waits for it.</summary>
    public void UseSocket(Socket socket) => _socket = socket;

    /// <summary>Room for what is received next; empty when there is no memory.</summary>
    public Span<byte> Room() => _in.TryReserve(SliceBytes) ? _in.Room.Span[..SliceBytes] : default;

    /// <summary>Takes so many bytes that were received into <see cref="Room"/>.</summary>
    public void Fed(int count)
    {
        _in.Advance(count);
        if (_isWaiting && TryTake(_wanted.Span, out int taken))
        {
            Arrive(taken);
        }
    }

    /// <summary>No more comes.</summary>
    public void End()
    {
        if (_isWaiting)
        {
            Arrive(0);
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (TryTake(buffer.Span, out int taken))
        {
            return new ValueTask<int>(taken);
        }
        if (_socket is not null)
        {
            return ReceiveAsync(_socket, buffer, cancellationToken);
        }
        _arrival.Reset();
        _wanted = buffer;
        _isWaiting = true;
        return new ValueTask<int>(this, _arrival.Version);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_socket is not null)
        {
            return SendAsync(_socket, buffer, cancellationToken);
        }
        return Output.TryAppend(buffer.Span)
            ? ValueTask.CompletedTask
            : ValueTask.FromException(new IOException("There is no memory for what is to be sent."));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush()
    {
        // What is written is there already.
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Gives all memory back.</summary>
    public void Release()
    {
        _in.Release();
        Output.Release();
    }

    int IValueTaskSource<int>.GetResult(short token) => _arrival.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _arrival.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _arrival.OnCompleted(continuation, state, token, flags);

    private void Arrive(int count)
    {
        _isWaiting = false;
        _wanted = default;
        _arrival.SetResult(count);
    }

    /// <summary>Takes what there is of the record that comes next; false when there is nothing.</summary>
    private bool TryTake(Span<byte> buffer, out int taken)
    {
        taken = 0;
        if (buffer.IsEmpty)
        {
            // Only asked whether there is something.
            return _in.Length > 0;
        }
        if (_recordLeft == 0 && _in.Length >= HeaderBytes)
        {
            _recordLeft = RecordBytes;
        }
        taken = Math.Min(Math.Min(buffer.Length, _recordLeft), _in.Length);
        if (taken == 0)
        {
            return false;
        }
        _in.Bytes[..taken].CopyTo(buffer);
        _in.Consume(taken);
        _recordLeft -= taken;
        return true;
    }

    private async ValueTask<int> ReceiveAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty)
        {
            return await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        int taken;
        do
        {
            if (!_in.TryReserve(SliceBytes))
            {
                throw new IOException("There is no memory for what is received.");
            }
            int count = await socket.ReceiveAsync(_in.Room[..SliceBytes], cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return 0;
            }
            _in.Advance(count);
        }
        while (!TryTake(buffer.Span, out taken));
        return taken;
    }

    private async ValueTask SendAsync(
        Socket socket, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        while (Output.Length > 0)
        {
            Output.Consume(await socket.SendAsync(Output.Memory, cancellationToken).ConfigureAwait(false));
        }
        while (buffer.Length > 0)
        {
            buffer = buffer[await socket.SendAsync(buffer, cancellationToken).ConfigureAwait(false)..];
        }
    }
}
