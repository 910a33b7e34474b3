namespace Henge.Commands.Hashes;

/// <summary>Goes over the live records of a hash value of either form, in the order in which they lie.</summary>
internal ref struct HashEnumerator
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _next;
    private int _left;

    /// <summary>Begins before the first record.</summary>
    public HashEnumerator(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _left = HashValue.Count(bytes);
        _next = _left == 0 ? 0 : HashValue.RecordsAt(bytes);
    }

    /// <summary>The record reached.</summary>
    public HashRecord Current { get; private set; }

    /// <summary>Goes on to the next live record; false at the end.</summary>
    public bool MoveNext()
    {
        while (_left > 0)
        {
            Current = HashRecord.Read(_bytes, _next);
            _next = Current.End;
            if (!Current.IsDead)
            {
                _left--;
                return true;
            }
        }
        return false;
    }

    /// <summary>So that foreach takes it.</summary>
    public readonly HashEnumerator GetEnumerator() => this;
}
