using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Henge.Storage.Indexing;

/// <summary>The handles of one bucket and its chain, on the stack unless the chain is very long.</summary>
internal struct HandleBuffer
{
    private const int InlineCount = 48;
    private Inline _inline;
    private uint[]? _more;
    private int _count;

    /// <summary>The handles.</summary>
    [UnscopedRef]
    public ReadOnlySpan<uint> Span => _more is null ? ((ReadOnlySpan<uint>)_inline)[.._count] : _more.AsSpan(0, _count);

    /// <summary>Forgets the handles.</summary>
    public void Clear() => _count = 0;

    /// <summary>Adds a handle.</summary>
    public void Add(uint handle)
    {
        if (_more is null && _count < InlineCount)
        {
            _inline[_count++] = handle;
            return;
        }
        Grow();
        _more![_count++] = handle;
    }

    private void Grow()
    {
        if (_more is null)
        {
            _more = new uint[InlineCount * 4];
            ((ReadOnlySpan<uint>)_inline).CopyTo(_more);
        }
        else if (_count == _more.Length)
        {
            Array.Resize(ref _more, _count * 2);
        }
    }

    [InlineArray(InlineCount)]
    private struct Inline
    {
        private uint _first;
    }
}
