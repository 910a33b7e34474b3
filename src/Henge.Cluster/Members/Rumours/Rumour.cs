namespace Henge.Cluster.Members.Rumours;

/// <summary>News of a member that is still to be passed on.</summary>
internal sealed class Rumour(MemberId about)
{
    /// <summary>Of whom; what is told is what is known when it is told.</summary>
    public MemberId About { get; } = about;

    /// <summary>How many members were told by this node.</summary>
    public int Told { get; set; }
}
