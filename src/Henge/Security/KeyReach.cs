namespace Henge.Security;

/// <summary>What of the key space a command concerns: what a user whose keys are restricted is asked for.</summary>
internal enum KeyReach : byte
{
    /// <summary>More than can be told from its words: refused to a user with prefixes.</summary>
    Whole = 0,

    /// <summary>No keys.</summary>
    Nothing,

    /// <summary>The keys at the positions of its row.</summary>
    Keys,

    /// <summary>The keys that its one pattern matches (KEYS).</summary>
    Pattern,

    /// <summary>The keys that the pattern among its options matches; without one all (SCAN).</summary>
    Match,

    /// <summary>The channel that is its first argument.</summary>
    Channel,

    /// <summary>The channels that are its arguments.</summary>
    Channels,

    /// <summary>The channels that its arguments, which are patterns, match.</summary>
    ChannelPatterns,
}
