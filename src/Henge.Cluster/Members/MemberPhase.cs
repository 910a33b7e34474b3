namespace Henge.Cluster.Members;

/// <summary>What a member says about itself. Append only: the numbers are sent.</summary>
internal enum MemberPhase : byte
{
    /// <summary>It is getting to know the others and holds nothing yet.</summary>
    Joining = 0,

    /// <summary>It takes its part of the ring.</summary>
    Ready = 1,

    /// <summary>It hands its slots over and then goes; it still answers fetches.</summary>
    Leaving = 2,
}
