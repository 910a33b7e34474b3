using System.Net.Sockets;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Protocol.Peers;
using Henge.Transport.Buffers;

namespace Henge.Peers.Links;

/// <summary>
/// One authenticated connection with another node: frames in, frames out, never waiting. It belongs to one thread at a
/// time. When something ends it, it only says so (<see cref="Lost"/>): whoever owns it closes it when nothing of it is
/// in use any more.
/// </summary>
internal sealed class PeerLink
{
    /// <summary>
    /// Without any progress of unsent bytes for so long, the other side does not read and the link is closed.
    /// </summary>
    public const int StuckMs = 5000;

    private const int SliceBytes = 64 << 10;
    private const int BodySliceBytes = 1 << 20;

    private readonly PeerChannel _channel;
    private readonly BufferBudget _budget;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly FrameSeal _sending;
    private readonly FrameSeal _receiving;
    private readonly ByteQueue _input;
    private readonly int _maxMessageBytes;
    private int _charged;
    private long _progressMs;

    /// <summary>Makes a link of a connection.</summary>
    /// <param name="met">The connection.</param>
    /// <param name="id">Its number on its thread.</param>
    /// <param name="budget">What its buffers are charged to.</param>
    public PeerLink(MetPeer met, long id, BufferBudget budget)
    {
        Id = id;
        _channel = met.Channel;
        Member = met.Member;
        Kind = met.Kind;
        Dialled = met.Dialled;
        _budget = budget;
        _maxMessageBytes = met.MaxMessageBytes;
        _sending = met.Sending;
        _receiving = met.Receiving;
        _reader = new FrameReader(met.Receiving, met.MaxMessageBytes);
        _writer = new FrameWriter(met.Sending);
        _input = new ByteQueue(budget);
    }

    /// <summary>Its number on its thread.</summary>
    public long Id { get; }

    /// <summary>The socket.</summary>
    public Socket Socket => _channel.Socket;

    /// <summary>Whether there is input that the kernel knows nothing of any more.</summary>
    public bool HasInput => _channel.HasInput;

    /// <summary>The other node as it described itself in the hello.</summary>
    public Member Member { get; }

    /// <summary>What it is for.</summary>
    public LinkKind Kind { get; }

    /// <summary>The address that was dialled; null when the peer dialled.</summary>
    public string? Dialled { get; }

    /// <summary>Why it cannot go on; null while it can. The first reason counts.</summary>
    public DownReason? Lost { get; private set; }

    /// <summary>Whether a frame did not fit its check or made no sense.</summary>
    public bool HasBadFrames { get; private set; }

    /// <summary>Whether it is in its owner's list of links with something to send.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether its socket is watched for room to write.</summary>
    public bool IsWatchedForRoom { get; set; }

    /// <summary>Whether another link has taken its place: nobody is told of its end.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>Whether the kernel has not taken all.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Bytes not yet sent.</summary>
    public int PendingBytes => _writer.Length;

    /// <summary>Gives it up; its owner closes it.</summary>
    public void Lose(DownReason reason) => Lost ??= reason;

    /// <summary>
    /// Adds a message to what is sent next; false when it is lost, or more than <paramref name="limit"/> bytes would
    /// wait. A message that alone is longer than the limit goes when nothing waits.
    /// </summary>
    public bool TryAppend(ReadOnlySpan<byte> message, int limit)
    {
        if (Lost is not null || message.Length > _maxMessageBytes
            || (_writer.Length > 0 && (long)_writer.Length + message.Length > limit))
        {
            return false;
        }
        _writer.Append(message);
        Charge();
        return true;
    }

    /// <summary>Sends what waits, as far as the kernel takes it.</summary>
    public void Send(long nowMs)
    {
        _writer.Seal();
        while (Lost is null && (_writer.Length > 0 || _channel.Unsent > 0))
        {
            ReadOnlySpan<byte> ready = _writer.Sealed.Span;
            int before = _channel.Unsent;
            int sent = _channel.Send(ready, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                sent = 0;
            }
            else if (error != SocketError.Success)
            {
                Lose(ReasonOf(error));
                return;
            }
            if (sent > 0 || _channel.Unsent < before || !IsFull)
            {
                _progressMs = nowMs;
            }
            _writer.Consume(sent);
            if (sent < ready.Length || _channel.Unsent > 0)
            {
                IsFull = true;
                Charge();
                return;
            }
        }
        IsFull = false;
        Charge();
    }

    /// <summary>Whether the other side has taken nothing of what waits for too long.</summary>
    public bool IsStuck(long nowMs) => IsFull && nowMs - _progressMs >= StuckMs;

    /// <summary>Gives memory back that was not used since the last call.</summary>
    public void Trim()
    {
        _writer.Trim();
        Charge();
    }

    /// <summary>
    /// Receives what is there, up to about <paramref name="most"/> bytes, and gives the messages to the owner.
    /// </summary>
    /// <param name="scratch">Room for what is received, shared by the links of a thread.</param>
    /// <param name="most">Bytes after which it is another link's turn.</param>
    /// <param name="owner">Who gets the messages.</param>
    public void Receive(byte[] scratch, int most, ILinkOwner owner)
    {
        while (Lost is null && (most > 0 || _channel.HasInput))
        {
            bool isDirect = _input.Length == 0;
            Span<byte> room = scratch;
            if (!isDirect && !TryRoom(out room))
            {
                Lose(DownReason.Reset);
                return;
            }
            int count = _channel.Receive(room, asks: most > 0, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                return;
            }
            if (error != SocketError.Success || count == 0)
            {
                Lose(error == SocketError.Success ? DownReason.Closed : ReasonOf(error));
                return;
            }
            most -= count;
            Take(room[..count], isDirect, owner);
            if (count < room.Length)
            {
                return;
            }
        }
    }

    /// <summary>Closes the socket and gives all memory back.</summary>
    public void Close()
    {
        Lose(DownReason.Closed);
        _writer.Release();
        Charge();
        _input.Release();
        _channel.Close();
        _sending.Dispose();
        _receiving.Dispose();
    }

    /// <summary>What an error of a socket says about the other side.</summary>
    public static DownReason ReasonOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => DownReason.Refused,
        SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable
            or SocketError.NetworkDown or SocketError.HostDown => DownReason.TimedOut,
        _ => DownReason.Reset,
    };

    private bool TryRoom(out Span<byte> room)
    {
        // What is kept doubles at most: memory follows what came, not what was announced.
        long wanted = Math.Clamp(_reader.WantedBytes - _input.Length, SliceBytes, BodySliceBytes);
        int reserved = (int)Math.Min(wanted, Math.Max(_input.Length, SliceBytes));
        bool isThere = _input.TryReserve(reserved);
        room = isThere ? _input.Room.Span : default;
        return isThere;
    }

    private void Take(ReadOnlySpan<byte> received, bool isDirect, ILinkOwner owner)
    {
        if (isDirect)
        {
            int used = Read(received, owner);
            if (Lost is null && used < received.Length && !_input.TryAppend(received[used..]))
            {
                Lose(DownReason.Reset);
            }
            return;
        }
        _input.Advance(received.Length);
        if (_input.Length >= _reader.WantedBytes)
        {
            _input.Consume(Read(_input.Bytes, owner));
        }
    }

    /// <summary>Reads the whole frames; returns the bytes they took.</summary>
    private int Read(ReadOnlySpan<byte> received, ILinkOwner owner)
    {
        int used = 0;
        while (Lost is null)
        {
            FrameStatus status = _reader.Read(received[used..], out FrameMessages messages, out int consumed);
            if (status == FrameStatus.NeedMore)
            {
                return used;
            }
            if (status != FrameStatus.Frame)
            {
                HasBadFrames = true;
                Lose(DownReason.Rejected);
                return used;
            }
            owner.Receive(this, messages);
            used += consumed;
        }
        return used;
    }

    private void Charge()
    {
        if (_writer.Capacity != _charged)
        {
            _budget.Charge(_writer.Capacity - _charged);
            _charged = _writer.Capacity;
        }
    }
}
