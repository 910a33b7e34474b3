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
}
