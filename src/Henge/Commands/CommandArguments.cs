using Henge.Protocol;

namespace Henge.Commands;

/// <summary>
/// The words of one command; [0] is its name. They lie in the receive buffer and end with the command.
/// </summary>
internal readonly ref struct CommandArguments
{
    private readonly ReadOnlySpan<byte> _input;
    private readonly ReadOnlySpan<ByteRange> _ranges;

    /// <summary>Words that lie in <paramref name="input"/> at <paramref name="ranges"/>.</summary>
    public CommandArguments(ReadOnlySpan<byte> input, ReadOnlySpan<ByteRange> ranges)
    {
        _input = input;
        _ranges = ranges;
    }

    /// <summary>Number of words, the name included.</summary>
    public int Count => _ranges.Length;

    /// <summary>Word <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ByteRange range = _ranges[index];
            return _input.Slice(range.Start, range.Length);
        }
    }
}
