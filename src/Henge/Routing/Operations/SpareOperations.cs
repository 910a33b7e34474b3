using Henge.Peers;

namespace Henge.Routing.Operations;

/// <summary>
/// Operations of one lane that have ended and are used again, so that a command on its way to its owner allocates
/// nothing on either side. For the lane's thread alone.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="lane">The lane.</param>
internal sealed class SpareOperations(HengeNode node, RingLane lane)
{
    /// <summary>Most that are kept: what many deep pipelines have under way at once, in a few megabytes.</summary>
    private const int Most = 4096;

    private readonly Stack<CommandOperation> _spare = new();

    /// <summary>An operation without words; it comes back by itself when it has ended.</summary>
    public CommandOperation Take(CallManner manner)
    {
        if (!_spare.TryPop(out CommandOperation? operation))
        {
            return new CommandOperation(node, lane, manner, isSpare: true);
        }
        operation.Renew(manner);
        return operation;
    }

    /// <summary>Takes back one that has ended.</summary>
    public void Give(CommandOperation operation)
    {
        if (_spare.Count < Most)
        {
            _spare.Push(operation);
        }
    }
}
