namespace Henge.Cluster.Members.Probes;

/// <summary>A probe that waits for its answer.</summary>
internal sealed class Probe
{
    /// <summary>Its number; answers name it.</summary>
    public required ulong Number { get; init; }

    /// <summary>Who is to answer.</summary>
    public required MemberId Target { get; init; }

    /// <summary>Which process; if another one lives there by then, the probe says nothing.</summary>
    public required BootId Boot { get; init; }

    /// <summary>When it was sent.</summary>
    public required Instant SentAt { get; init; }

    /// <summary>When the next step is due: others are asked, or the answer "no" is given.</summary>
    public required long DueMs { get; set; }

    /// <summary>For whom it is; null for this node.</summary>
    public MemberId? Asker { get; init; }

    /// <summary>The number that the asker knows it by.</summary>
    public ulong AskersNumber { get; init; }

    /// <summary>Whether others were asked, or the asker was told that there is no answer yet.</summary>
    public bool IsSecondStep { get; set; }

    /// <summary>
    /// When nobody who was asked had said anything, so that it was asked once more; null while that is not so.
    /// </summary>
    public long? DoubtedMs { get; set; }

    /// <summary>How many were asked.</summary>
    public int Asked { get; set; }

    /// <summary>How many of them said that they have no answer, and are well thus.</summary>
    public int Nacks { get; set; }
}
