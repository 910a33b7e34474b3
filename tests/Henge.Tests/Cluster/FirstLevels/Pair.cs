using Henge.Cluster.Messages;

using Xunit;

namespace Henge.Tests.Cluster.FirstLevels;

/// <summary>An owner and a reader with a link, and one clock.</summary>
internal sealed class Pair : IDisposable
{
    public Pair()
    {
        Owner.Coherence.LinkUp(Reader.Id);
        Reader.Coherence.LinkUp(Owner.Id);
    }

    public Process Owner { get; } = new("owner");

    public Process Reader { get; } = new("reader");

    /// <summary>Lets time pass, without a tick.</summary>
    public void Pass(long milliseconds)
    {
        Owner.NowMs += milliseconds;
        Reader.NowMs += milliseconds;
    }

    /// <summary>Ticks both and delivers all that they send.</summary>
    public void Turn()
    {
        Reader.Coherence.Tick(Reader.Now);
        Deliver();
        Owner.Coherence.Tick(Owner.Now);
        Deliver();
    }

    public void Deliver()
    {
        while (Deliver(Reader, Owner, loses: false) || Deliver(Owner, Reader, loses: false))
        {
        }
    }

    /// <summary>Loses the next message of a process; its kind.</summary>
    public static MessageKind Lose(Process from) => (MessageKind)from.Outbox.Dequeue().Message[0];

    public static bool Deliver(Process from, Process to, bool loses)
    {
        if (!from.Outbox.TryDequeue(out (Henge.Cluster.Members.MemberId, byte[] Message) sent))
        {
            return false;
        }
        Assert.True(loses || to.Receive(from.Id, sent.Message));
        return true;
    }

    public void Dispose()
    {
        Owner.Dispose();
        Reader.Dispose();
    }
}
