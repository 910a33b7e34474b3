using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.FirstLevels;

/// <summary>
/// Keeps in-process first levels coherent with the ring. The owner of a key notes who reads it with the wish to keep
/// it, and tells on the next change; the reader asks every owner again and again up to where it has told, by its own
/// clock:
/// <code>
/// reader                         owner
///   Forward (get, keep)    ->      notes the interest, then reads
///   answer, generation     &lt;-      entry kept, current for a bound after it was asked for
///                                  ... the key changes: interest taken back, line queued
///   line's number goes up  &lt;-      Invalidate (generation, sequence, lines)
///   Sync (my time t)       ->      sends what is queued, then
///   trusted until t + bound &lt;-     Synced (t, generation, sequence)
/// </code>
/// So nothing depends on a message to come: what the reader does not hear makes it stop serving within the bound.
/// A gap in the sequence, a queue that ran over, a broken link, a flush end the generation, and with it all that was
/// kept under it. A change of view makes a reader forget everything; and an owner ends all generations when its lanes
/// have taken over a view, before it says what it holds, hence before a new owner serves: docs/coherence.md.
/// </summary>
internal sealed class Coherence
{
    private readonly ClusterOptions _options;
    private readonly IClusterHost _host;
    private readonly LaneShared _shared;
    private readonly MemberId _self;
    private readonly MessageWriter _message = new();
    private long _askAtMs;

    /// <summary>The coherence of a node.</summary>
    public Coherence(ClusterOptions options, Member self, Store store, LaneShared shared, IClusterHost host)
    {
        (_options, _host, _shared, _self) = (options, host, shared, self.Id);
        Reader = new Reader(options, store);
        Teller = new Teller(self.Id, self.Boot.Value, Reader, store, host);
    }

    /// <summary>Knows which entries of this process's first level are current.</summary>
    public Reader Reader { get; }

    /// <summary>Tells others what has changed here.</summary>
    public Teller Teller { get; }

    /// <summary>Does what is due.</summary>
    public void Tick(Instant now)
    {
        Teller.Send();
        if (now.MonotonicMs <= _shared.ServeUntilMs)
        {
            // Not after a pause: others may own by now what this process thinks it owns.
            Reader.Synced(_self, now.MonotonicMs);
        }
        if (now.MonotonicMs >= _askAtMs)
        {
            _askAtMs = now.MonotonicMs + _options.SyncIntervalMs;
            Reader.Ask(_host, _self, _message, now.MonotonicMs);
        }
    }

    /// <summary>A control link with a member is up.</summary>
    public void LinkUp(MemberId member) => Teller.LinkUp(member);

    /// <summary>The last control link with a member is down.</summary>
    public void LinkDown(MemberId member)
    {
        Teller.LinkDown(member);
        Reader.LinkDown(member);
    }

    /// <summary>This node has adopted another view, and published it.</summary>
    public void ViewChanged() => Reader.ViewChanged();

    /// <summary>
    /// The lanes have taken over the view, so nothing is answered by the former one: what was noted before is over.
    /// </summary>
    public void LanesFollowed() => Teller.EndAll();

    /// <summary>Everything has gone.</summary>
    public void Flushed() => Teller.EndAll();

    /// <summary>A message of these kinds came; false when it makes no sense.</summary>
    public bool Receive(MemberId from, MessageKind kind, ref MessageReader reader, Instant now) => kind switch
    {
        MessageKind.Sync => Teller.ReceiveSync(from, ref reader),
        MessageKind.Invalidate => Reader.ReceiveInvalidate(from, ref reader),
        MessageKind.Synced => Reader.ReceiveSynced(from, ref reader, now.MonotonicMs),
        _ => false,
    };
}
