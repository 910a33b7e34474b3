namespace Henge.Commands.Keys;

/// <summary>When EXPIRE and its kin may set an expiry.</summary>
[Flags]
internal enum ExpiryConditions : byte
{
    /// <summary>Always.</summary>
    None = 0,

    /// <summary>NX: only where none is set.</summary>
    IfNone = 1,

    /// <summary>XX: only where one is set.</summary>
    IfAny = 2,

    /// <summary>GT: only to a later one.</summary>
    IfLater = 4,

    /// <summary>LT: only to an earlier one.</summary>
    IfEarlier = 8,
}
