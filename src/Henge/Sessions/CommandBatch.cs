using Henge.Commands;
using Henge.Protocol;

namespace Henge.Sessions;

/// <summary>
/// The commands parsed at once, so that the memory of the second key is on its way while the first is served. A thread
/// has one and uses it for each session in turn; nothing in it outlives a call of <see cref="RespSession.Consume"/>.
/// </summary>
internal sealed class CommandBatch
{
    /// <summary>
    /// Commands in a batch: enough to hide memory latency behind each other, few enough that what was prefetched first
    /// is still in the nearest cache when its turn comes.
    /// </summary>
    public const int MaxCommands = 64;

    /// <summary>Words that a batch has room for without growing; a larger list is given back after use.</summary>
    private const int KeptWords = 1024;

    [ThreadStatic]
    private static CommandBatch? t_batch;

    private readonly BatchedCommand[] _commands = new BatchedCommand[MaxCommands];

    /// <summary>This thread's batch. It must be empty: a session does not run within another.</summary>
    public static CommandBatch OfThisThread => t_batch ??= new CommandBatch();

    /// <summary>Commands in it.</summary>
    public int Count { get; private set; }

    /// <summary>Places of the words of all its commands.</summary>
    public ByteRangeList Words { get; } = new(KeptWords);

    /// <summary>Command <paramref name="index"/>.</summary>
    public ref BatchedCommand this[int index] => ref _commands[index];

    /// <summary>Adds the command whose words are the last of <see cref="Words"/>.</summary>
    public ref BatchedCommand Add(int start, int firstWord)
    {
        ref BatchedCommand command = ref _commands[Count++];
        command.Start = start;
        command.FirstWord = firstWord;
        command.WordCount = Words.Count - firstWord;
        command.KeyHash = default;
        command.Slot = null;
        return ref command;
    }

    /// <summary>The words of a command that lie in <paramref name="source"/>.</summary>
    public CommandArguments Arguments(in BatchedCommand command, ReadOnlySpan<byte> source) =>
        new(source, Words.Slice(command.FirstWord, command.WordCount));

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Count = 0;
        Words.Clear(KeptWords);
    }
}
