using System.Runtime.InteropServices;

namespace Henge.Storage.Arenas;

/// <summary>
/// What the arena knows of one page: 16 bytes beside the pages, so that finding room touches no page.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct PageRecord
{
    /// <summary>
    /// Marks <see cref="Class"/> while the page is being emptied: it is in no list and gives no slot.
    /// </summary>
    public const ushort Draining = 0x8000;

    /// <summary>Size class of its slots, and <see cref="Draining"/>.</summary>
    public ushort Class;

    /// <summary>Slots in use.</summary>
    public ushort Live;

    /// <summary>First freed slot, its number plus one; 0 for none. Each freed slot begins with the next.</summary>
    public ushort FirstFree;

    /// <summary>Slots from this number on were never used since the page got its class.</summary>
    public ushort Fresh;

    /// <summary>Neighbours in the list it is in; 0 for none.</summary>
    public uint Previous;

    /// <inheritdoc cref="Previous"/>
    public uint Next;
}
