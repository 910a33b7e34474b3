using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using Henge.Transport.Buffers;

namespace Henge.Transport.Tls;

/// <summary>
/// One TLS connection without I/O, on the platform's implementation: encrypted bytes are fed in and read out plain,
/// plain ones are written and come out encrypted, all on the caller's thread and without waiting. It can be turned into
/// a stream that waits for its socket (<see cref="OpenStream"/>). For one thread at a time.
/// </summary>
internal sealed class TlsSession : IDisposable
{
    /// <summary>What <see cref="Read"/> returns when more must be fed first.</summary>
    public const int NeedMore = -1;

    /// <summary>Charged for each: what an idle session was measured to add, nearly all of it OpenSSL's own.</summary>
    private const int SessionBytes = 64 << 10;

    /// <summary>Most plain bytes of a record.</summary>
    private const int RecordBytes = 16 << 10;

    [ThreadStatic]
    private static byte[]? t_plain;

    [ThreadStatic]
    private static byte[]? t_outgoing;

    private readonly BufferBudget _budget;
    private readonly TlsWire _wire;
    private readonly SslStream _ssl;
    private readonly TlsContext _context;
    private readonly string? _target;
    private byte[] _rest = [];
    private int _restAt;
    private byte[]? _readingInto;
    private Task<int>? _reading;
    private bool _isDisposed;

    /// <summary>Begins; nothing is sent or received yet.</summary>
    /// <param name="context">Certificates, as they are now.</param>
    /// <param name="budget">What its memory is charged to.</param>
    /// <param name="target">Whom this side dials; null when the other side did.</param>
    public TlsSession(TlsContext context, BufferBudget budget, string? target = null)
    {
        _context = context;
        _budget = budget;
        _target = target;
        _wire = new TlsWire(budget);
        _ssl = new SslStream(_wire, leaveInnerStreamOpen: true, Judge);
        budget.Charge(SessionBytes);
    }

    /// <summary>The handshake; null before <see cref="Begin"/>.</summary>
    public Task? Handshake { get; private set; }

    /// <summary>What is to be sent, encrypted.</summary>
    public ByteQueue Output => _wire.Output;

    /// <summary>Whether <see cref="Read"/> has something without being fed.</summary>
    public bool HasInput => _restAt < _rest.Length || _wire.HasRecord || _reading is { IsCompleted: true };

    /// <summary>What was wrong with the certificate of the other side; null when nothing was.</summary>
    public string? Objection { get; private set; }

    /// <summary>A hash of the certificate of the side that was dialled: both know it, and nobody in between.</summary>
    public byte[] Binding => _target is null
        ? _context.Binding
        : SHA256.HashData(_ssl.RemoteCertificate?.GetRawCertData() ?? []);

    /// <summary>Begins the handshake.</summary>
    public void Begin() => Handshake = _target is null
        ? _ssl.AuthenticateAsServerAsync(_context.Server, CancellationToken.None)
        : _ssl.AuthenticateAsClientAsync(_context.Dialling(_target), CancellationToken.None);

    /// <summary>Room for what is received next; empty when there is no memory.</summary>
    public Span<byte> Room() => _wire.Room();

    /// <summary>Takes so many bytes that were received into <see cref="Room"/>.</summary>
    public void Fed(int count) => _wire.Fed(count);

    /// <summary>The other side sends no more.</summary>
    public void End() => _wire.End();

    /// <summary>Reads plain bytes.</summary>
    /// <returns>How many; 0 when the other side has ended the session; or <see cref="NeedMore"/>.</returns>
    /// <exception cref="IOException">What was fed makes no sense.</exception>
    public int Read(Span<byte> room)
    {
        if (_restAt == _rest.Length)
        {
            if (_reading is null && !_wire.HasRecord)
            {
                return NeedMore;
            }
            byte[] into = _readingInto ?? (t_plain ??= new byte[RecordBytes]);
            if (_reading is null)
            {
                ValueTask<int> reading = _ssl.ReadAsync(into, CancellationToken.None);
                if (reading.IsCompleted)
                {
                    return Take(into, reading.GetAwaiter().GetResult(), room);
                }
                // A record that holds no data: the buffer is in use until one does.
                _reading = reading.AsTask();
                _readingInto = into;
                t_plain = null;
            }
            if (!_reading.IsCompleted)
            {
                return NeedMore;
            }
            int count = _reading.GetAwaiter().GetResult();
            _reading = null;
            _readingInto = null;
            return Take(into, count, room);
        }
        int taken = Math.Min(room.Length, _rest.Length - _restAt);
        _rest.AsSpan(_restAt, taken).CopyTo(room);
        _restAt += taken;
        if (_restAt == _rest.Length)
        {
            _rest = [];
            _restAt = 0;
        }
        return taken;
    }

    /// <summary>Gives bytes back that were read: they are read again first.</summary>
    public void Unread(ReadOnlySpan<byte> plain)
    {
        _rest = [.. plain, .. _rest.AsSpan(_restAt)];
        _restAt = 0;
    }

    /// <summary>Encrypts bytes into <see cref="Output"/>.</summary>
    /// <exception cref="IOException">There is no memory for them, or the session is broken.</exception>
    public void Write(ReadOnlySpan<byte> plain)
    {
        byte[] outgoing = t_outgoing ??= new byte[RecordBytes];
        while (plain.Length > 0)
        {
            int count = Math.Min(plain.Length, outgoing.Length);
            plain[..count].CopyTo(outgoing);
            ValueTask writing = _ssl.WriteAsync(outgoing.AsMemory(0, count), CancellationToken.None);
            if (!writing.IsCompleted)
            {
                // The wire takes everything at once, so this is the platform waiting for a handshake in the middle.
                throw new IOException("The session cannot be written to.");
            }
            writing.GetAwaiter().GetResult();
            plain = plain[count..];
        }
    }

    /// <summary>Says into <see cref="Output"/> that this side ends the session.</summary>
    public void Farewell()
    {
        try
        {
            _ssl.ShutdownAsync().GetAwaiter().GetResult();
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            // It is broken: there is nothing to say.
        }
    }

    /// <summary>As <see cref="Farewell"/>, where it has become a stream.</summary>
    public async Task FarewellAsync()
    {
        try
        {
            await _ssl.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (IsFailure(exception) || exception is OperationCanceledException)
        {
            // The other side is gone: there is nobody to tell.
        }
    }

    /// <summary>
    /// Turns it into a stream of plain bytes that reads and writes the socket by itself. What was fed and not read
    /// comes first. The stream ends the session with itself, not the socket.
    /// </summary>
    public Stream OpenStream(Socket socket)
    {
        _wire.UseSocket(socket);
        return new TlsPlainStream(this, _ssl, _rest[_restAt..]);
    }

    /// <summary>Gives everything back.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        _ssl.Dispose();
        _wire.Release();
        _budget.Give(SessionBytes);
    }

    /// <summary>Whether an exception of TLS is about the other side, and not about us.</summary>
    public static bool IsFailure(Exception exception) => exception is IOException or AuthenticationException
        or InvalidOperationException or SocketException or CryptographicException;

    private int Take(byte[] from, int count, Span<byte> room)
    {
        int taken = Math.Min(count, room.Length);
        from.AsSpan(0, taken).CopyTo(room);
        if (taken < count)
        {
            _rest = from[taken..count];
            _restAt = 0;
        }
        return taken;
    }

    private bool Judge(
        object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Objection = _context.Objection(certificate, chain, errors, isDialler: _target is not null);
        return Objection is null;
    }
}
