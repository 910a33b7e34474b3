using System.Runtime.InteropServices;

namespace Henge.Storage.Sizing;

/// <summary>What is remembered of a sampled key whatever the policy, in 18 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 2)]
internal struct SampledKey
{
    /// <summary>The whole hash, which stands for the key.</summary>
    public ulong Hash;

    /// <summary>Bytes that the entry takes, its share of the index included; 0 marks a place not in use.</summary>
    public uint Bytes;

    /// <summary>Deadline in unix seconds, rounded up; 0 for none.</summary>
    public uint ExpiresAtS;

    /// <summary>The next place in its chain of the table, or of those not in use; 0 at the end.</summary>
    public ushort Next;

    /// <summary>Whether its place is in use.</summary>
    public readonly bool IsInUse => Bytes != 0;

    /// <summary>Whether its deadline has passed.</summary>
    public readonly bool IsExpired(long nowMs) => ExpiresAtS != 0 && ExpiresAtS * 1000L <= nowMs;
}
