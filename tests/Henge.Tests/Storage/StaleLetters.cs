using Henge.Storage;

namespace Henge.Tests.Storage;

/// <summary>Takes each byte of an entry's attributes for a letter that may be stale up to a version.</summary>
internal sealed class StaleLetters : IStaleness
{
    private readonly Dictionary<byte, ulong> _versions = [];

    public long Epoch { get; private set; }

    public void Raise(char letter, ulong version)
    {
        _versions[(byte)letter] = version;
        Epoch++;
    }

    public bool IsStale(ReadOnlySpan<byte> attributes, ulong version) => version <= StaleUpTo(attributes);

    public ulong StaleUpTo(ReadOnlySpan<byte> attributes)
    {
        ulong highest = 0;
        foreach (byte letter in attributes)
        {
            highest = Math.Max(highest, _versions.GetValueOrDefault(letter));
        }
        return highest;
    }
}
