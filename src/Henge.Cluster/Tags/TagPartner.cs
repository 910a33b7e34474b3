using Henge.Cluster.Members;

namespace Henge.Cluster.Tags;

/// <summary>What is known of another member's table.</summary>
/// <param name="id">The member.</param>
internal sealed class TagPartner(MemberId id)
{
    /// <summary>The member.</summary>
    public MemberId Id { get; } = id;

    /// <summary>Whether there is a control link with it.</summary>
    public bool IsLinked { get; set; }

    /// <summary>Whether all that it knew when the link came is known here.</summary>
    public bool IsMet { get; set; }

    /// <summary>Whether it is alive or suspected, as of the last look.</summary>
    public bool IsLiving { get; set; }

    /// <summary>The process that was looked at.</summary>
    public BootId Boot { get; set; }

    /// <summary>
    /// Until when nothing is served for want of its table, on the monotonic clock; 0: it is not waited for.
    /// </summary>
    public long AwaitedUntilMs { get; set; }

    /// <summary>Whether it is still to be told the digest of the table here.</summary>
    public bool IsOwedDigest { get; set; }

    /// <summary>Whether its table is being taken over.</summary>
    public bool IsPulling { get; set; }

    /// <summary>Whether something in it was new.</summary>
    public bool HasLearnt { get; set; }

    /// <summary>When it was asked last.</summary>
    public long AskedMs { get; set; }

    /// <summary>The last of it that has come.</summary>
    public TagVersion Pulled { get; set; } = new(0, []);
}
