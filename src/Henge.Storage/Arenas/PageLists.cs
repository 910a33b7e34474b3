namespace Henge.Storage.Arenas;

/// <summary>
/// The pages that have free slots, listed by size class and by how full they are, in quarters: whoever takes a slot
/// finds one of the fullest pages at once, whoever empties pages one of the sparsest. The links are in the records.
/// </summary>
internal sealed unsafe class PageLists
{
    private const int Quarters = 4;
    private readonly PageRecord* _pages;
    private readonly uint[] _first = new uint[SizeClasses.Count * Quarters];

    /// <summary>Creates empty lists over records, which the arena owns and which outlive the lists.</summary>
    public PageLists(PageRecord* pages) => _pages = pages;

    /// <summary>The list of a page with <paramref name="live"/> slots in use.</summary>
    public static int Quarter(int live, int capacity) => Math.Min(live * Quarters / capacity, Quarters - 1);

    /// <summary>First page of a list; 0 when empty.</summary>
    public uint First(int sizeClass, int quarter) => _first[(sizeClass * Quarters) + quarter];

    /// <summary>A page of the fullest that have room; 0 when none has.</summary>
    public uint Fullest(int sizeClass)
    {
        for (int quarter = Quarters - 1; quarter >= 0; quarter--)
        {
            if (First(sizeClass, quarter) is var page and not 0)
            {
                return page;
            }
        }
        return 0;
    }

    /// <summary>Takes a page of the sparsest out; 0 when there is none.</summary>
    public uint TakeSparsest(int sizeClass)
    {
        for (int quarter = 0; quarter < Quarters; quarter++)
        {
            if (First(sizeClass, quarter) is var page and not 0)
            {
                Remove(page, sizeClass, quarter);
                return page;
            }
        }
        return 0;
    }

    /// <summary>Adds a page.</summary>
    public void Add(uint page, int sizeClass, int quarter)
    {
        ref uint head = ref _first[(sizeClass * Quarters) + quarter];
        _pages[page].Previous = 0;
        _pages[page].Next = head;
        if (head != 0)
        {
            _pages[head].Previous = page;
        }
        head = page;
    }

    /// <summary>Takes a page out.</summary>
    public void Remove(uint page, int sizeClass, int quarter)
    {
        PageRecord* record = _pages + page;
        if (record->Previous != 0)
        {
            _pages[record->Previous].Next = record->Next;
        }
        else
        {
            _first[(sizeClass * Quarters) + quarter] = record->Next;
        }
        if (record->Next != 0)
        {
            _pages[record->Next].Previous = record->Previous;
        }
    }

    /// <summary>Empties all lists.</summary>
    public void Clear() => Array.Clear(_first);
}
