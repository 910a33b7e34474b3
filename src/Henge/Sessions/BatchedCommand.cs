using Henge.Cluster;
using Henge.Commands;
using Henge.Storage;

namespace Henge.Sessions;

/// <summary>One parsed command that waits for its turn.</summary>
internal struct BatchedCommand
{
    /// <summary>What it is; null when there is no such command.</summary>
    public Command? Command;

    /// <summary>Hash of its first key, when it has one.</summary>
    public KeyHash KeyHash;

    /// <summary>
    /// Slot of its one key, where a ring decides by it; null for others, and while the node is alone.
    /// </summary>
    public Slot? Slot;

    /// <summary>Where it starts in the input.</summary>
    public int Start;

    /// <summary>Index of its name among the words of the batch.</summary>
    public int FirstWord;

    /// <summary>Words, the name included.</summary>
    public int WordCount;
}
