namespace Henge.Cluster.Members;

/// <summary>What is known about a member, as in the SWIM paper. Append only: the numbers are sent.</summary>
internal enum MemberState : byte
{
    /// <summary>It answers.</summary>
    Alive = 0,

    /// <summary>It did not answer; it may still refute.</summary>
    Suspect = 1,

    /// <summary>It did not refute in time.</summary>
    Dead = 2,

    /// <summary>It said goodbye.</summary>
    Left = 3,
}
