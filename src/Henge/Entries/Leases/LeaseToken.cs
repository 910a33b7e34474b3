namespace Henge.Entries.Leases;

/// <summary>Says that a caller was given the right to fill a key. Unlike any that was given before.</summary>
/// <param name="Value">The number; 0 is none.</param>
internal readonly record struct LeaseToken(ulong Value);
