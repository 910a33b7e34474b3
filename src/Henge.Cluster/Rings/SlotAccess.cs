namespace Henge.Cluster.Rings;

/// <summary>What this node may do with operations on a slot.</summary>
internal enum SlotAccess : byte
{
    /// <summary>It owns the slot and has all of it: carry them out.</summary>
    Serve = 0,

    /// <summary>It owns the slot, and data is still on its way: fetch keys that are not known to be fresh.</summary>
    Load = 1,

    /// <summary>It owns the slot, but does not know yet who holds what: let them wait.</summary>
    Wait = 2,

    /// <summary>Another member owns it.</summary>
    Remote = 3,

    /// <summary>Nobody owns it: no member of positive weight is ready.</summary>
    Nobody = 4,
}
