using Henge.Protocol;
using Henge.Sessions;
using Henge.Storage;

namespace Henge.Commands;

/// <summary>
/// All that a command handler sees: whose command it is, its words, where the reply goes, and the time.
/// </summary>
internal ref struct CommandContext
{
    /// <summary>The client connection's conversation.</summary>
    public required RespSession Session { get; init; }

    /// <summary>The command being carried out.</summary>
    public required Command Command { get; init; }

    /// <summary>Its words.</summary>
    public required CommandArguments Arguments { get; init; }

    /// <summary>Where the reply goes; its Version is the session's.</summary>
    public required RespWriter Reply { get; init; }

    /// <summary>Hash of the first key; meaningful only for commands that have one.</summary>
    public KeyHash KeyHash { get; init; }

    /// <summary>Unix milliseconds, read once per turn of the loop.</summary>
    public required long NowMs { get; init; }

    /// <summary>The node.</summary>
    public readonly HengeNode Node => Session.Node;

    /// <summary>The node's store.</summary>
    public readonly Store Store => Session.Node.Store;

    /// <summary>Whether reads count as use for the eviction policy (not after CLIENT NO-TOUCH).</summary>
    public readonly bool CountsAsUse => !Session.Client.LeavesRecencyAlone;

    /// <summary>Opens the entry of the first key with the hash that the session has already computed.</summary>
    public readonly EntryScope OpenKey() => Store.Open(Arguments[Command.FirstKey], KeyHash, NowMs);
}
