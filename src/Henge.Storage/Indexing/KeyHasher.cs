using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Henge.Storage.Indexing;

/// <summary>
/// A keyed 64-bit hash after wyhash: 16 bytes a step, each step a 64 x 64 -> 128-bit multiplication folded by xor.
/// Its four secrets are drawn for each store, so keys that collide here cannot be found from outside.
/// See github.com/wangyi-fudan/wyhash for the construction; quality is checked by tests on spread and avalanche.
/// </summary>
internal sealed class KeyHasher
{
    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    /// <summary>Draws the secrets from a seed, or with 0 from the system's random source.</summary>
    public KeyHasher(ulong seed)
    {
        Span<ulong> secrets = stackalloc ulong[4];
        if (seed == 0)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(secrets));
        }
        else
        {
            foreach (ref ulong secret in secrets)
            {
                secret = Next(ref seed);
            }
        }
        (_first, _second, _third, _fourth) = (secrets[0] | 1, secrets[1] | 1, secrets[2] | 1, secrets[3] | 1);
    }

    /// <summary>Hashes a key.</summary>
    public ulong Hash(ReadOnlySpan<byte> key)
    {
        ref byte p = ref MemoryMarshal.GetReference(key);
        int length = key.Length;
        ulong state = _first;
        ulong a, b;
        if (length >= 8)
        {
            nint offset = 0;
            for (nint left = length; left > 16; left -= 16, offset += 16)
            {
                state = Fold(Read64(ref p, offset) ^ _third, Read64(ref p, offset + 8) ^ state);
            }
            // The last 16 bytes overlap those before them when the length is no multiple; 8 to 16 bytes overlap too.
            a = Read64(ref p, length > 16 ? length - 16 : 0);
            b = Read64(ref p, length - 8);
        }
        else if (length >= 4)
        {
            a = Unsafe.ReadUnaligned<uint>(ref p);
            b = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref p, length - 4));
        }
        else
        {
            a = length == 0 ? 0 : (ulong)p << 16
                | (ulong)Unsafe.Add(ref p, length >> 1) << 8 | Unsafe.Add(ref p, length - 1);
            b = 0;
        }
        return Fold(_fourth ^ (ulong)length, Fold(a ^ _second, b ^ state));
    }

    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    private static ulong Read64(ref byte p, nint offset) =>
        Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref p, offset));

    /// <summary>Steps a seeded sequence of well-mixed words (SplitMix64).</summary>
    internal static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}
