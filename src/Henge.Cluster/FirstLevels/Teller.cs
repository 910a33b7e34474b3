using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.FirstLevels;

/// <summary>
/// Tells processes with a first level what this node has changed of what they hold. Interests and changes come from any
/// thread, what is sent is the cluster thread's.
/// </summary>
/// <param name="self">This process.</param>
/// <param name="firstGeneration">Above those of earlier processes of this node.</param>
/// <param name="reader">The first level of this process.</param>
/// <param name="store">What memory is charged to.</param>
/// <param name="host">Sends, and is woken when there is something to send.</param>
internal sealed class Teller(
    MemberId self, ulong firstGeneration, Reader reader, Store store, IClusterHost host)
{
    private const int LinesPerMessage = 4096;

    private readonly Lock _lock = new();
    private readonly MessageWriter _message = new();
    private Listener[] _listeners = [new(self, isSelf: true)];
    private ulong _generation = firstGeneration;
    private int _isWoken;

    /// <summary>
    /// Notes that a process is about to read a key: from now on the next change of the key's line is told to it.
    /// Returns the generation to answer with; 0 when it cannot be told.
    /// </summary>
    public ulong Track(MemberId who, ReadOnlySpan<byte> key)
    {
        foreach (Listener listener in Volatile.Read(ref _listeners))
        {
            if (listener.Id == who)
            {
                // Its generation before its interest: one that ends in between is answered with, and found to be old.
                Tracker tracker = listener.Tracker ?? Begin(listener);
                tracker.Note(Line.Of(key));
                return tracker.Generation;
            }
        }
        return 0;
    }

    /// <summary>A key has changed here. Called with its shard locked, for every change.</summary>
    public void Changed(ReadOnlySpan<byte> key)
    {
        Listener[] listeners = Volatile.Read(ref _listeners);
        Line? line = null;
        foreach (Listener listener in listeners)
        {
            if (listener.Tracker is not { } tracker)
            {
                continue;
            }
            line ??= Line.Of(key);
            if (!tracker.Take(line.Value))
            {
                continue;
            }
            if (listener.IsSelf)
            {
                reader.Invalidate(line.Value);
                continue;
            }
            tracker.Tell(line.Value);
            if (Interlocked.Exchange(ref _isWoken, 1) == 0)
            {
                host.Wake();
            }
        }
    }

    /// <summary>A control link with a member is up.</summary>
    public void LinkUp(MemberId member)
    {
        lock (_lock)
        {
            if (!Array.Exists(_listeners, listener => listener.Id == member))
            {
                Volatile.Write(ref _listeners, [.. _listeners, new Listener(member, isSelf: false)]);
            }
        }
    }

    /// <summary>The last control link with a member is down.</summary>
    public void LinkDown(MemberId member)
    {
        lock (_lock)
        {
            if (Array.Find(_listeners, listener => listener.Id == member) is { } gone)
            {
                EndOf(gone);
                Volatile.Write(ref _listeners, [.. _listeners.Where(listener => listener != gone)]);
            }
        }
    }

    /// <summary>Everything may have changed, or may change elsewhere from now on: all generations end.</summary>
    public void EndAll()
    {
        lock (_lock)
        {
            Array.ForEach(_listeners, EndOf);
        }
    }

    /// <summary>Sends what is waiting.</summary>
    public void Send()
    {
        Volatile.Write(ref _isWoken, 0);
        Interlocked.MemoryBarrier();
        foreach (Listener listener in Volatile.Read(ref _listeners))
        {
            if (!listener.IsSelf && listener.Tracker is { } tracker)
            {
                Send(listener, tracker);
            }
        }
    }

    /// <summary>
    /// A process asks up to where it was told: everything that changed before its question came. False when that makes
    /// no sense.
    /// </summary>
    public bool ReceiveSync(MemberId from, ref MessageReader message)
    {
        long askedAtMs = message.Int64();
        ulong generation = message.UInt64();
        byte isBroken = message.Byte();
        if (!message.IsDone || isBroken > 1)
        {
            return false;
        }
        Listener? listener = Array.Find(Volatile.Read(ref _listeners), listener => listener.Id == from);
        Tracker? tracker = listener?.Tracker;
        if (tracker is not null)
        {
            if (isBroken != 0 && tracker.Generation == generation)
            {
                End(listener!);
            }
            else
            {
                Send(listener!, tracker);
            }
            tracker = listener!.Tracker;
        }
        _message.Begin(MessageKind.Synced);
        _message.Int64(askedAtMs);
        // Without a generation: the one that will be next, or one before it; what was told before is over.
        _message.UInt64(tracker?.Generation ?? Volatile.Read(ref _generation) + 1);
        _message.UInt32(tracker?.Sequence ?? 0);
        host.TrySend(from, LinkKind.Control, _message.Written);
        return true;
    }

    private void Send(Listener listener, Tracker tracker)
    {
        if (tracker.TakeWaiting() is not { } lines)
        {
            End(listener);
            return;
        }
        for (int at = 0; at < lines.Count; at += LinesPerMessage)
        {
            _message.Begin(MessageKind.Invalidate);
            _message.UInt64(tracker.Generation);
            _message.UInt32(++tracker.Sequence);
            for (int i = at; i < Math.Min(lines.Count, at + LinesPerMessage); i++)
            {
                _message.UInt32((uint)lines[i].Number);
            }
            if (!host.TrySend(listener.Id, LinkKind.Control, _message.Written))
            {
                End(listener);
                return;
            }
        }
    }

    private Tracker Begin(Listener listener)
    {
        lock (_lock)
        {
            if (listener.Tracker is { } tracker)
            {
                return tracker;
            }
            Volatile.Write(ref _generation, _generation + 1);
            store.Charge(Tracker.Bytes);
            return listener.Tracker = new Tracker(_generation);
        }
    }

    private void End(Listener listener)
    {
        lock (_lock)
        {
            EndOf(listener);
        }
    }

    private void EndOf(Listener listener)
    {
        if (listener.Tracker is null)
        {
            return;
        }
        listener.Tracker = null;
        store.Charge(-Tracker.Bytes);
        if (listener.IsSelf)
        {
            reader.Ended(self, _generation + 1);
        }
    }
}
