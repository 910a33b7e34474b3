using Henge.Cluster.Members;

namespace Henge.Cluster.FirstLevels;

/// <summary>A process that may have a first level, and the generation in which it is told.</summary>
internal sealed class Listener(MemberId id, bool isSelf)
{
    private Tracker? _tracker;

    /// <summary>Which.</summary>
    public MemberId Id { get; } = id;

    /// <summary>Whether it is this process: then there is nothing to send.</summary>
    public bool IsSelf { get; } = isSelf;

    /// <summary>The generation; null while it has asked for nothing, and after one ended.</summary>
    public Tracker? Tracker
    {
        get => Volatile.Read(ref _tracker);
        set => Volatile.Write(ref _tracker, value);
    }
}
