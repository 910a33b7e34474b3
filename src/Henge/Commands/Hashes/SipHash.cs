using System.Buffers.Binary;
using System.Numerics;

namespace Henge.Commands.Hashes;

/// <summary>
/// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): without the seed nobody can make fields
/// that collide, which an index over fields that clients choose needs.
/// </summary>
internal static class SipHash
{
    /// <summary>The 64-bit hash of <paramref name="bytes"/> under a secret seed.</summary>
    public static ulong Hash(ulong seed, ReadOnlySpan<byte> bytes)
    {
        ulong k1 = BitOperations.RotateLeft(seed, 32) ^ 0x9E37_79B9_7F4A_7C15;
        ulong v0 = seed ^ 0x736f_6d65_7073_6575;
        ulong v1 = k1 ^ 0x646f_7261_6e64_6f6d;
        ulong v2 = seed ^ 0x6c79_6765_6e65_7261;
        ulong v3 = k1 ^ 0x7465_6462_7974_6573;
        ulong last = (ulong)bytes.Length << 56;
        while (bytes.Length >= sizeof(ulong))
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
            bytes = bytes[sizeof(ulong)..];
        }
        for (int i = 0; i < bytes.Length; i++)
        {
            last |= (ulong)bytes[i] << (8 * i);
        }
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xFF;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
