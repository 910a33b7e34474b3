namespace Henge.Cluster.Members.Reports;

/// <summary>A member record, and what its teller knows besides.</summary>
/// <param name="Record">The record.</param>
internal sealed record MemberReport(Member Record)
{
    /// <summary>For how long it is dead or left.</summary>
    public long AgeMs { get; init; }

    /// <summary>How often it died within five minutes.</summary>
    public int Deaths { get; init; }

    /// <summary>Who accuses it, if it is suspect.</summary>
    public IReadOnlyList<Accuser> Accusers { get; init; } = [];
}
