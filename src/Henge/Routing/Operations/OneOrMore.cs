namespace Henge.Routing.Operations;

/// <summary>A list whose first element needs no memory elsewhere, because there is seldom another.</summary>
internal struct OneOrMore<T>
    where T : struct
{
    /// <summary>Room for more elements than this is given back by <see cref="Clear"/>.</summary>
    private const int Kept = 16;

    private T _first;
    private List<T>? _others;

    /// <summary>Elements in it.</summary>
    public int Count { get; private set; }

    /// <summary>An element.</summary>
    public T this[int index]
    {
        readonly get => index == 0 ? _first : _others![index - 1];
        set
        {
            if (index == 0)
            {
                _first = value;
            }
            else
            {
                _others![index - 1] = value;
            }
        }
    }

    /// <summary>Adds an element at the end.</summary>
    public void Add(T element)
    {
        if (Count == 0)
        {
            _first = element;
        }
        else
        {
            (_others ??= []).Add(element);
        }
        Count++;
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        Count = 0;
        _first = default;
        _others?.Clear();
        if (_others is { Capacity: > Kept })
        {
            _others = null;
        }
    }
}
