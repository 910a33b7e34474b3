namespace Henge.Cluster.Members.Reports;

/// <summary>A member that accuses a suspect.</summary>
/// <param name="Id">Who.</param>
/// <param name="WasRefused">
/// Whether its link broke and its redial was refused, which says that the process is gone; else the suspect left a
/// probe unanswered.
/// </param>
internal readonly record struct Accuser(MemberId Id, bool WasRefused)
{
    /// <summary>Most accusers of one suspect that are kept and sent: two decide.</summary>
    public const int Most = 8;

    /// <summary>Bytes on the wire.</summary>
    public const int Bytes = MemberId.Bytes + 1;
}
