using System.Net;
using System.Net.Sockets;

using Henge.Peers.Polling;
using Henge.Transport.Connections;

namespace Henge.Transport.Tls;

/// <summary>
/// Where TLS connections begin: the handshake, then the first plain bytes, which say what is spoken as they do without
/// TLS. It has a thread of its own, as a handshake costs up to a millisecond of a processor and strangers can ask for
/// any number. Places are few; when they are full, who has been at it longest is sent away, so half handshakes keep
/// nobody out who goes on with his.
/// </summary>
internal sealed class TlsDoor : IPollWork
{
    /// <summary>Connections at the door at once.</summary>
    public const int MaxGuests = 256;

    private const int MaxSleepMs = 1000;

    private readonly ConnectionHost _host;
    private readonly ITransport _transport;
    private readonly PollThread _thread;
    private readonly LinkedList<TlsGuest> _guests = new();
    private readonly RareLog _failures = new();
    private volatile bool _stops;

    /// <summary>Creates it; nothing runs yet.</summary>
    private TlsDoor(ConnectionHost host, ITransport transport)
    {
        _host = host;
        _transport = transport;
        bool isPortable = host.Node.Options.Transport == TransportKind.Sockets;
        _thread = new PollThread("henge tls", this, isPortable, host.Node.Logger);
    }

    /// <summary>The door of a node that has a certificate, open; null for one that has none.</summary>
    public static TlsDoor? Of(ConnectionHost host, ITransport transport)
    {
        if (host.Node.Secrets.Tls is null)
        {
            return null;
        }
        var door = new TlsDoor(host, transport);
        door._thread.Start();
        return door;
    }

    /// <summary>Ends it, and closes what is at the door.</summary>
    public Task StopAsync()
    {
        _stops = true;
        return _thread.StopAsync();
    }

    /// <summary>Takes a socket whose first bytes, which were only peeked at, are those of TLS. Any thread.</summary>
    public void Take(Socket socket)
    {
        if (_stops)
        {
            socket.Dispose();
            return;
        }
        _thread.Post(() => Admit(socket));
    }

    /// <inheritdoc/>
    public int SleepMs() => _guests.First is { } oldest
        ? (int)Math.Clamp(oldest.Value.DeadlineMs - _host.MonotonicMs, 0, MaxSleepMs)
        : MaxSleepMs;

    /// <inheritdoc/>
    public void Turn(IReadOnlyList<PollEvent> ready)
    {
        foreach (PollEvent happened in ready)
        {
            var guest = (LinkedListNode<TlsGuest>)happened.Owner;
            if (guest.List is not null)
            {
                Advance(guest);
            }
        }
        _thread.RunPosted();
        long nowMs = _host.MonotonicMs;
        while (_guests.First is { } oldest && nowMs >= oldest.Value.DeadlineMs)
        {
            oldest.Value.Fail("it took too long");
            Part(oldest);
        }
    }

    /// <inheritdoc/>
    public void End()
    {
        _stops = true;
        _thread.RunPosted();
        while (_guests.First is { } guest)
        {
            guest.Value.Fail("");
            Part(guest);
        }
    }

    private void Admit(Socket socket)
    {
        if (_stops || _host.Node.Secrets.Tls is not { } context)
        {
            socket.Dispose();
            return;
        }
        if (_guests.Count >= MaxGuests)
        {
            _guests.First!.Value.Fail("too many handshakes are under way");
            Part(_guests.First);
        }
        try
        {
            socket.Blocking = false;
            var remote = (IPEndPoint)socket.RemoteEndPoint!;
            var tls = new TlsSession(context, _host.Budget);
            long deadlineMs = _host.MonotonicMs + (long)_host.Limits.DetectionTimeout.TotalMilliseconds;
            var guest = new TlsGuest(socket, remote, tls, deadlineMs);
            LinkedListNode<TlsGuest> place = _guests.AddLast(guest);
            tls.Begin();
            // It goes on here as bytes come; should the platform end it elsewhere, it is looked at again.
            tls.Handshake!.ContinueWith(
                _ => _thread.Post(() => Resume(place)), CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            Advance(place);
        }
        catch (SocketException)
        {
            // It was gone before its turn came.
            socket.Dispose();
        }
    }

    private void Resume(LinkedListNode<TlsGuest> place)
    {
        if (place.List is not null)
        {
            Advance(place);
        }
    }

    private void Advance(LinkedListNode<TlsGuest> place)
    {
        TlsGuest guest = place.Value;
        guest.Advance();
        if (guest.Failure is not null)
        {
            Part(place);
            return;
        }
        if (guest.First.Length > 0 && _host.Admit(guest.First, guest.Remote, isSecure: true) is var admission
            && admission != Admission.Undecided)
        {
            Forget(place);
            guest.Tls.Unread(guest.First);
            HandOn(guest, admission);
            return;
        }
        _thread.Sockets.Watch(guest.Socket, place, reading: true, writing: guest.Tls.Output.Length > 0);
    }

    private void HandOn(TlsGuest guest, Admission admission)
    {
        Interlocked.Increment(ref _host.Node.Counters.TlsConnections);
        bool isTaken = false;
        try
        {
            isTaken = admission switch
            {
                Admission.Resp => _transport.TryAdopt(guest.Socket, guest.Tls),
                Admission.Http => _host.Node.HttpSink is { } sink && _host.TryHandOver(sink, guest.Socket, guest.Tls),
                Admission.Peer => _host.Ring is { } ring && ring.Door.TryAccept(guest.Socket, guest.Tls),
                _ => false,
            };
        }
        catch (SocketException)
        {
            // It was reset just now.
        }
        if (!isTaken)
        {
            _host.Report(CloseReason.Refused, guest.Remote);
            End(guest, ConnectionHost.AnswerTo(admission));
        }
    }

    private void Part(LinkedListNode<TlsGuest> place)
    {
        TlsGuest guest = place.Value;
        Forget(place);
        if (guest.Failure is { Length: > 0 } why)
        {
            Interlocked.Increment(ref _host.Node.Counters.TlsFailures);
            if (_failures.IsDue(_host.MonotonicMs, out long others))
            {
                Log.TlsFailed(_host.Node.Logger, guest.Remote, why, others);
            }
        }
        End(guest, []);
    }

    /// <summary>Closes with a last word, as far as the socket takes it.</summary>
    private static void End(TlsGuest guest, ReadOnlySpan<byte> word)
    {
        try
        {
            if (guest.IsSecure)
            {
                guest.Tls.Write(word);
                guest.Tls.Farewell();
            }
            TlsPump.Flush(guest.Tls, guest.Socket);
        }
        catch (Exception exception) when (TlsSession.IsFailure(exception) || exception is ObjectDisposedException)
        {
            // It is gone.
        }
        guest.Tls.Dispose();
        guest.Socket.Dispose();
    }

    private void Forget(LinkedListNode<TlsGuest> place)
    {
        _thread.Sockets.Forget(place.Value.Socket);
        _guests.Remove(place);
    }
}
