using Henge.Cluster.Members;

namespace Henge.Cluster.Tags;

/// <summary>One invalidation under way, at its coordinator.</summary>
/// <param name="id">Its number, which no other of this node has, of an earlier process neither.</param>
/// <param name="tags">The <see cref="TagList"/>.</param>
/// <param name="done">Is told once whether every member has it.</param>
/// <param name="deadlineMs">When it is given up, on the monotonic clock.</param>
internal sealed class TagRound(ulong id, byte[] tags, Action<bool> done, long deadlineMs)
{
    /// <summary>Its number.</summary>
    public ulong Id { get; } = id;

    /// <summary>The tags.</summary>
    public byte[] Tags { get; } = tags;

    /// <summary>Who waits for it.</summary>
    public Action<bool> Done { get; } = done;

    /// <summary>When it is given up.</summary>
    public long DeadlineMs { get; } = deadlineMs;

    /// <summary>The highest version that anybody has said to have given or met.</summary>
    public ulong Highest { get; set; }

    /// <summary>The version of the invalidation; 0 while members are asked for theirs.</summary>
    public ulong Version { get; set; }

    /// <summary>Members to which the message of this step is under way.</summary>
    public HashSet<MemberId> Sent { get; } = [];

    /// <summary>Members that have answered it.</summary>
    public HashSet<MemberId> Answered { get; } = [];
}
