using Henge.Storage.Entries;
using Henge.Storage.Regions;

namespace Henge.Storage.Arenas;

/// <summary>
/// The slots of one shard: a region of 64 KiB pages, each cut into slots of one size class. A handle is a slot's offset
/// in units of 8 bytes, so 32 bits reach 32 GiB. Pages with free slots are listed by class and by how full they are
/// (quarters): slots are taken from the fullest, so that sparse pages run empty; an empty page may get any class.
/// The first page is never used, so handle 0 means none. The shard's lock guards it.
/// </summary>
internal sealed unsafe class Arena : IDisposable
{
    /// <summary>What a page counts in the budget: itself and its record.</summary>
    public const int PageCost = SizeClasses.PageBytes + 16;

    /// <summary>Handles from here on do not occur: the wheel uses them as list numbers.</summary>
    public const uint HandleEnd = uint.MaxValue - UnitsPerPage + 1;

    private const int UnitsPerPage = SizeClasses.PageBytes / 8;
    private const int PageShift = 13;

    /// <summary>Empty pages kept backed by memory for the next class that wants one.</summary>
    private const int KeptPages = 2;

    private readonly MemoryBudget _budget;
    private readonly NativeMemoryRegion _region;
    private readonly NativeMemoryRegion _recordRegion;
    private readonly byte* _base;
    private readonly PageRecord* _pages;
    private readonly uint _pageEnd;
    private readonly PageLists _lists;
    private readonly int[] _freeSlots = new int[SizeClasses.Count];
    private uint _nextFresh = 1;
    private uint _kept;
    private int _keptCount;
    private uint _discarded;

    /// <summary>Reserves an arena.</summary>
    /// <param name="budget">Where its pages are counted.</param>
    /// <param name="bytes">Addresses to reserve, at most 32 GiB.</param>
    /// <param name="largePages">Whether to ask for large pages beyond the first 2 MiB.</param>
    /// <param name="stagger">See <see cref="NativeMemoryRegion"/>.</param>
    public Arena(MemoryBudget budget, long bytes, bool largePages, long stagger)
    {
        _budget = budget;
        _region = new NativeMemoryRegion(Math.Min(bytes, (long)HandleEnd * 8),
            largePages ? NativeMemoryRegion.LargePageBytes : long.MaxValue, stagger);
        _pageEnd = (uint)(Math.Min(_region.Bytes, (long)HandleEnd * 8) / SizeClasses.PageBytes);
        _recordRegion = new NativeMemoryRegion(_pageEnd * (long)sizeof(PageRecord));
        _base = _region.Address;
        _pages = (PageRecord*)_recordRegion.Address;
        _lists = new PageLists(_pages);
    }

    /// <summary>Pages held, empty ones included.</summary>
    public int HeldPages { get; private set; }

    /// <summary>Bytes of the free slots in pages that are in use.</summary>
    public long SlackBytes { get; private set; }

    /// <summary>
    /// The slot of a handle. The arena owns it; see <see cref="Entry"/> for how long the address is good.
    /// </summary>
    public Entry this[uint handle] => new(_base + ((nuint)handle << 3));

    /// <summary>The address of a handle, for hints only: any handle may be given.</summary>
    public byte* AddressOf(uint handle) => _base + ((nuint)handle << 3);

    /// <summary>Size class of a slot.</summary>
    public int ClassOf(uint handle) => _pages[handle >> PageShift].Class & ~PageRecord.Draining;

    /// <summary>
    /// Takes a slot; false when no page has one and the budget gives no page. The caller owns the slot.
    /// </summary>
    public bool TryTake(int sizeClass, out uint handle)
    {
        uint page = _lists.Fullest(sizeClass);
        if (page == 0 && !TryOpenPage(sizeClass, out page))
        {
            handle = 0;
            return false;
        }
        handle = TakeFrom(page);
        return true;
    }

    /// <summary>
    /// Takes a free slot of a larger class, at most a quarter larger: when no page is to be had, what a wide mix of
    /// sizes leaves free in part-filled pages is used before anything is evicted.
    /// </summary>
    public bool TryBorrow(int sizeClass, out uint handle)
    {
        int largest = SizeClasses.SlotBytes(sizeClass) * 5 / 4;
        for (int c = sizeClass + 1; c < _freeSlots.Length && SizeClasses.SlotBytes(c) <= largest; c++)
        {
            if (_freeSlots[c] > 0 && _lists.Fullest(c) is var page and not 0)
            {
                handle = TakeFrom(page);
                return true;
            }
        }
        handle = 0;
        return false;
    }

    /// <summary>Gives a slot back: the handle is dead.</summary>
    public void Free(uint handle)
    {
        uint page = handle >> PageShift;
        PageRecord* record = _pages + page;
        int sizeClass = record->Class & ~PageRecord.Draining;
        int size = SizeClasses.SlotBytes(sizeClass);
        Entry slot = this[handle];
        slot.MarkFree();
        *(ushort*)slot.Address = record->FirstFree;
        record->FirstFree = (ushort)((int)(handle & (UnitsPerPage - 1)) * 8 / size + 1);
        _freeSlots[sizeClass]++;
        SlackBytes += size;
        bool listed = (record->Class & PageRecord.Draining) == 0;
        int capacity = SizeClasses.SlotsPerPage(sizeClass);
        int before = PageLists.Quarter(record->Live, capacity);
        bool wasFull = record->Live == capacity;
        record->Live--;
        if (record->Live == 0)
        {
            if (listed && !wasFull)
            {
                _lists.Remove(page, sizeClass, before);
            }
            Close(page, sizeClass);
            return;
        }
        int after = PageLists.Quarter(record->Live, capacity);
        if (listed && (wasFull || after != before))
        {
            if (!wasFull)
            {
                _lists.Remove(page, sizeClass, before);
            }
            _lists.Add(page, sizeClass, after);
        }
    }

    /// <summary>Gives one kept empty page back to the budget and the system; false when there is none.</summary>
    public bool TryReturnPage()
    {
        if (_keptCount == 0)
        {
            return false;
        }
        uint page = _kept;
        _kept = _pages[page].Next;
        _keptCount--;
        Discard(page);
        return true;
    }

    /// <summary>
    /// Picks a sparse page whose live slots fit the free slots of the other pages of its class, from the class with
    /// most free bytes, and takes it out of use. Move what is live in it, then call <see cref="EndDrain"/>.
    /// </summary>
    /// <returns>The page; 0 when there is none worth it.</returns>
    public uint BeginDrain()
    {
        int best = -1;
        long bestBytes = 0;
        for (int c = 0; c < _freeSlots.Length; c++)
        {
            long bytes = (long)_freeSlots[c] * SizeClasses.SlotBytes(c);
            if (bytes > bestBytes && _freeSlots[c] >= SizeClasses.SlotsPerPage(c))
            {
                best = c;
                bestBytes = bytes;
            }
        }
        if (best < 0)
        {
            return 0;
        }
        uint page = _lists.TakeSparsest(best);
        if (page != 0)
        {
            _pages[page].Class |= PageRecord.Draining;
        }
        return page;
    }

    /// <summary>
    /// The next live slot of a page at or after number <paramref name="slot"/>, which it moves behind it.
    /// </summary>
    /// <returns>Its handle; 0 at the end of the page.</returns>
    public uint NextLive(uint page, ref int slot)
    {
        PageRecord* record = _pages + page;
        int units = SizeClasses.SlotBytes(record->Class & ~PageRecord.Draining) / 8;
        while (record->Live > 0 && slot < record->Fresh)
        {
            uint handle = (page << PageShift) + (uint)(slot++ * units);
            if (this[handle].Type != EntryType.None)
            {
                return handle;
            }
        }
        return 0;
    }

    /// <summary>Ends a drain: a page that still has slots taken but not written goes back into use.</summary>
    public void EndDrain(uint page)
    {
        PageRecord* record = _pages + page;
        if ((record->Class & PageRecord.Draining) == 0)
        {
            return;
        }
        record->Class &= unchecked((ushort)~PageRecord.Draining);
        int capacity = SizeClasses.SlotsPerPage(record->Class);
        if (record->Live > 0 && record->Live < capacity)
        {
            _lists.Add(page, record->Class, PageLists.Quarter(record->Live, capacity));
        }
    }

    /// <summary>Gives every page back; all handles are dead.</summary>
    public void Clear()
    {
        _region.Discard(0, _nextFresh * (long)SizeClasses.PageBytes);
        _budget.Return(HeldPages * (long)PageCost);
        HeldPages = 0;
        SlackBytes = 0;
        _nextFresh = 1;
        _kept = _discarded = 0;
        _keptCount = 0;
        _lists.Clear();
        Array.Clear(_freeSlots);
    }

    /// <summary>Checks page records, lists and sums against the slots in use; for tests.</summary>
    /// <exception cref="InvalidOperationException">Something does not agree.</exception>
    internal void Verify(IReadOnlySet<uint> live)
    {
        var perPage = live.GroupBy(handle => handle >> PageShift).ToDictionary(page => page.Key, page => page.Count());
        long slack = 0;
        foreach ((uint page, int count) in perPage)
        {
            PageRecord record = _pages[page];
            int size = SizeClasses.SlotBytes(record.Class);
            int capacity = SizeClasses.SlotsPerPage(record.Class);
            slack += (long)(capacity - count) * size;
            bool listed = false;
            for (uint p = _lists.First(record.Class, PageLists.Quarter(count, capacity)); p != 0; p = _pages[p].Next)
            {
                listed |= p == page;
            }
            if (record.Live != count || listed != (count < capacity))
            {
                throw new InvalidOperationException($"Page {page} holds {count} entries and counts {record.Live}.");
            }
        }
        if (HeldPages != perPage.Count + _keptCount || SlackBytes != slack)
        {
            throw new InvalidOperationException($"{HeldPages} pages are counted, {perPage.Count} are in use.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _region.Dispose();
        _recordRegion.Dispose();
    }

    private uint TakeFrom(uint page)
    {
        PageRecord* record = _pages + page;
        int size = SizeClasses.SlotBytes(record->Class);
        int capacity = SizeClasses.SlotsPerPage(record->Class);
        int before = PageLists.Quarter(record->Live, capacity);
        int slot;
        if (record->FirstFree != 0)
        {
            slot = record->FirstFree - 1;
            record->FirstFree = *(ushort*)(_base + ((long)page * SizeClasses.PageBytes) + (slot * size));
        }
        else
        {
            slot = record->Fresh++;
        }
        record->Live++;
        _freeSlots[record->Class]--;
        SlackBytes -= size;
        int after = PageLists.Quarter(record->Live, capacity);
        if (record->Live == capacity || after != before)
        {
            _lists.Remove(page, record->Class, before);
            if (record->Live < capacity)
            {
                _lists.Add(page, record->Class, after);
            }
        }
        uint handle = (page << PageShift) + (uint)(slot * size / 8);
        this[handle].MarkFree();
        return handle;
    }

    private bool TryOpenPage(int sizeClass, out uint page)
    {
        page = _kept;
        if (page != 0)
        {
            _kept = _pages[page].Next;
            _keptCount--;
        }
        else if (!TryTakePage(out page))
        {
            return false;
        }
        _pages[page] = new PageRecord { Class = (ushort)sizeClass };
        int capacity = SizeClasses.SlotsPerPage(sizeClass);
        _freeSlots[sizeClass] += capacity;
        SlackBytes += (long)capacity * SizeClasses.SlotBytes(sizeClass);
        _lists.Add(page, sizeClass, 0);
        return true;
    }

    private bool TryTakePage(out uint page)
    {
        page = _discarded != 0 ? _discarded : _nextFresh;
        if (page >= _pageEnd || !_budget.TryTake(PageCost))
        {
            return false;
        }
        if (!_region.TryCommit(page * (long)SizeClasses.PageBytes, SizeClasses.PageBytes)
            || !_recordRegion.TryCommit(page * (long)sizeof(PageRecord), sizeof(PageRecord)))
        {
            _budget.Return(PageCost);
            return false;
        }
        if (page == _discarded)
        {
            _discarded = _pages[page].Next;
        }
        else
        {
            _nextFresh++;
        }
        HeldPages++;
        return true;
    }

    private void Close(uint page, int sizeClass)
    {
        int capacity = SizeClasses.SlotsPerPage(sizeClass);
        _freeSlots[sizeClass] -= capacity;
        SlackBytes -= (long)capacity * SizeClasses.SlotBytes(sizeClass);
        _pages[page] = default;
        if (_keptCount < KeptPages)
        {
            _pages[page].Next = _kept;
            _kept = page;
            _keptCount++;
        }
        else
        {
            Discard(page);
        }
    }

    private void Discard(uint page)
    {
        _region.Discard(page * (long)SizeClasses.PageBytes, SizeClasses.PageBytes);
        _pages[page] = new PageRecord { Next = _discarded };
        _discarded = page;
        HeldPages--;
        _budget.Return(PageCost);
    }
}
