namespace Henge.Cluster.Members.Dials;

/// <summary>An address that is dialled while there is a reason to.</summary>
internal sealed class DialTarget(string address, bool isConfigured)
{
    /// <summary>host:port.</summary>
    public string Address { get; } = address;

    /// <summary>Whether it is one to begin with; those are dialled for ever.</summary>
    public bool IsSeed => isConfigured || IsDiscovered;

    /// <summary>Whether discovery names it now.</summary>
    public bool IsDiscovered { get; set; }

    /// <summary>The member that advertises it; null for none.</summary>
    public MemberId? Member { get; set; }

    /// <summary>Who answered there last; need not be the one that advertises it.</summary>
    public MemberId? Reached { get; set; }

    /// <summary>When to dial next.</summary>
    public long NextMs { get; set; }

    /// <summary>The last pause between two dials.</summary>
    public long PauseMs { get; set; }

    /// <summary>When the dial under way began; null when there is none.</summary>
    public long? DialledMs { get; set; }

    /// <summary>How often it was refused in a row.</summary>
    public int RefusedInRow { get; set; }

    /// <summary>Whether any dial has ended with a clear answer: somebody, or surely nobody.</summary>
    public bool IsTried { get; set; }
}
