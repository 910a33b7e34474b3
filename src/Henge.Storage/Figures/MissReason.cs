namespace Henge.Storage.Figures;

/// <summary>Why a key has no entry, as far as the store remembers. The numbers stand in its table.</summary>
internal enum MissReason
{
    /// <summary>It was never here, or so long ago that it is forgotten.</summary>
    Absent = 0,

    /// <summary>Its time was over.</summary>
    Expired = 1,

    /// <summary>Room was needed.</summary>
    Evicted = 2,

    /// <summary>Somebody deleted it.</summary>
    Deleted = 3,

    /// <summary>A tag of it was invalidated.</summary>
    Invalidated = 4,

    /// <summary>What may hold it is still being read: it may be there in a moment. Never in the table.</summary>
    Loading = 5,
}
