using Henge.Cluster;

using Xunit;

namespace Henge.Tests.Cluster;

public sealed class SlotTests
{
    [Theory]
    [InlineData("123456789", 0x31C3 & 16383)]
    [InlineData("foo", 12182)]
    [InlineData("{user1000}.following", 3443)]
    [InlineData("{user1000}.followers", 3443)]
    [InlineData("foo{}{bar}", 8363)]
    [InlineData("", 0)]
    public void Slot_is_that_of_redis_cluster(string key, int slot)
    {
        Assert.Equal(slot, Slot.Of(System.Text.Encoding.UTF8.GetBytes(key)).Number);
    }

    [Fact]
    public void Bytes_side_by_side_sum_up_to_what_they_do_one_after_another()
    {
        var random = new Random(16);
        for (int length = 0; length < 70; length++)
        {
            byte[] key = new byte[length];
            random.NextBytes(key);
            key.AsSpan().Replace((byte)'{', (byte)'(');
            int crc = 0;
            foreach (byte b in key)
            {
                crc ^= b << 8;
                for (int bit = 0; bit < 8; bit++)
                {
                    crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xFFFF : crc << 1;
                }
            }
            Assert.Equal(crc & 16383, Slot.Of(key).Number);
        }
    }
}
