namespace Henge.Storage.Arenas;

/// <summary>
/// Slot sizes of the arena: steps of 8 bytes to 512, then sizes that divide a page, each at least a sixteenth above the
/// last, and from 16 slots a page down every division to 4. So a small entry wastes at most 7 bytes and one of up to
/// 4 KiB about 6 %. More classes would waste less in slots and more in part-filled pages, of which each shard has
/// about one a class.
/// </summary>
internal static class SizeClasses
{
    /// <summary>Bytes of a page.</summary>
    public const int PageBytes = 64 * 1024;

    /// <summary>Largest slot; a longer entry keeps its payload in an extent.</summary>
    public const int LargestSlotBytes = PageBytes / 4;

    private const int FineBytes = 512;
    private const int Unit = 8;
    private const int EveryDivisionFrom = 16;
    private static readonly ushort[] Sizes = BuildSizes();
    private static readonly byte[] ClassOfUnits = BuildIndex();

    /// <summary>Number of classes.</summary>
    public static int Count => Sizes.Length;

    /// <summary>The class of the smallest slot that holds <paramref name="bytes"/> (1 to the largest slot).</summary>
    public static int ClassOf(int bytes) => ClassOfUnits[(bytes + Unit - 1) / Unit];

    /// <summary>Bytes of a slot of a class.</summary>
    public static int SlotBytes(int sizeClass) => Sizes[sizeClass];

    /// <summary>Slots in a page of a class.</summary>
    public static int SlotsPerPage(int sizeClass) => PageBytes / Sizes[sizeClass];

    private static ushort[] BuildSizes()
    {
        var sizes = new List<ushort>();
        for (int size = 3 * Unit; size <= FineBytes; size += Unit)
        {
            sizes.Add((ushort)size);
        }
        for (int slots = PageBytes / FineBytes; slots >= PageBytes / LargestSlotBytes; slots--)
        {
            int size = PageBytes / slots / Unit * Unit;
            if (size >= sizes[^1] * 17 / 16 || (slots <= EveryDivisionFrom && size > sizes[^1]))
            {
                sizes.Add((ushort)size);
            }
        }
        return [.. sizes];
    }

    private static byte[] BuildIndex()
    {
        var index = new byte[(LargestSlotBytes / Unit) + 1];
        int sizeClass = 0;
        for (int units = 0; units < index.Length; units++)
        {
            if (units * Unit > Sizes[sizeClass])
            {
                sizeClass++;
            }
            index[units] = (byte)sizeClass;
        }
        return index;
    }
}
