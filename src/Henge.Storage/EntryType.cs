namespace Henge.Storage;

/// <summary>What the bytes of a value mean. Append only: the numbers are stored.</summary>
internal enum EntryType : byte
{
    /// <summary>No entry.</summary>
    None = 0,

    /// <summary>Plain bytes.</summary>
    String = 1,

    /// <summary>Fields and values in the compact form of a hash.</summary>
    Hash = 2,
}
