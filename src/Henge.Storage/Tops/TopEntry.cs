namespace Henge.Storage.Tops;

/// <summary>One key of a list of the top, and its entry as it is now.</summary>
/// <param name="Key">The key.</param>
/// <param name="PerSecond">How often it is read or written; 0 in the list by size.</param>
/// <param name="Bytes">Bytes of key, value and attributes.</param>
/// <param name="Type">What its value means.</param>
/// <param name="ExpiresAtMs">Its deadline in unix milliseconds; 0 for none.</param>
internal sealed record TopEntry(byte[] Key, double PerSecond, long Bytes, EntryType Type, long ExpiresAtMs);
