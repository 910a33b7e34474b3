namespace Henge.Storage;

/// <summary>How a write ended. Anything but <see cref="Ok"/> left the entry as it was.</summary>
internal enum WriteResult : byte
{
    /// <summary>Applied.</summary>
    Ok = 0,

    /// <summary>The value is longer than <see cref="StoreOptions.MaxValueBytes"/>, or the key than 64 KiB.</summary>
    TooLarge = 1,

    /// <summary>The memory limit leaves no room for the entry even with everything else evicted.</summary>
    OutOfMemory = 2,
}
