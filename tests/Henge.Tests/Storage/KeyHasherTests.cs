using System.Buffers.Binary;
using System.Numerics;

using Henge.Storage;
using Henge.Storage.Indexing;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>The keyed hash spreads, depends on every bit, and collides for no one who lacks its secrets.</summary>
public class KeyHasherTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    [InlineData(100)]
    public void Each_bit_of_a_key_changes_about_half_of_the_hash(int length)
    {
        var hasher = new KeyHasher(5);
        byte[] key = new byte[length];
        new Random(length).NextBytes(key);
        ulong hash = hasher.Hash(key);
        long changed = 0;
        for (int bit = 0; bit < length * 8; bit++)
        {
            key[bit / 8] ^= (byte)(1 << (bit % 8));
            int different = BitOperations.PopCount(hash ^ hasher.Hash(key));
            Assert.InRange(different, 10, 54);
            changed += different;
            key[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.InRange((double)changed / (length * 8), 27, 37);
    }

    [Fact]
    public void Lengths_of_zeros_differ()
    {
        var hasher = new KeyHasher(5);
        Assert.Equal(300, Enumerable.Range(0, 300).Select(length => hasher.Hash(new byte[length])).Distinct().Count());
    }

    [Fact]
    public void Seeds_give_unrelated_hashes_and_no_seed_gives_a_random_one()
    {
        byte[] key = "some key"u8.ToArray();
        Assert.Equal(new KeyHasher(1).Hash(key), new KeyHasher(1).Hash(key));
        Assert.NotEqual(new KeyHasher(1).Hash(key), new KeyHasher(2).Hash(key));
        Assert.NotEqual(new KeyHasher(0).Hash(key), new KeyHasher(0).Hash(key));
    }

    [Fact]
    public void Keys_that_collide_under_one_seed_spread_under_another()
    {
        // An attacker with the code but not the secrets: keys that all fall into one of 4096 buckets under seed 1.
        var known = new KeyHasher(1);
        var colliding = new List<byte[]>();
        for (long i = 0; colliding.Count < 5000; i++)
        {
            byte[] key = new byte[16];
            BinaryPrimitives.WriteInt64LittleEndian(key, i);
            if ((known.Hash(key) & 4095) == 0)
            {
                colliding.Add(key);
            }
        }
        using var store = new Store(new StoreOptions { MemoryBytes = 64 << 20, Shards = 4 });
        foreach (byte[] key in colliding)
        {
            using EntryScope scope = store.Open(key, 1000);
            scope.Set(EntryType.String, "v"u8, 0);
        }
        int longest = 0;
        var handles = new HandleBuffer();
        foreach (var shard in store.Core.Shards)
        {
            Assert.InRange(shard.Index.Count, 1000, 1500);
            for (uint bucket = 0; bucket < shard.Index.BucketCount; bucket++)
            {
                shard.Index.Read(bucket, ref handles);
                longest = Math.Max(longest, handles.Span.Length);
            }
        }
        Assert.InRange(longest, 8, 40);
    }
}
