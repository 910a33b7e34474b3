using Henge.Storage;
using Henge.Transport.Buffers;

using Xunit;

namespace Henge.Tests.Transport;

public sealed class ByteQueueTests
{
    [Fact]
    public void Bytes_come_out_in_the_order_they_went_in()
    {
        using var store = new Store(new StoreOptions());
        var queue = new ByteQueue(new BufferBudget(store, new HengeOptions()));
        var random = new Random(7);
        byte next = 0;
        byte expected = 0;

        for (int i = 0; i < 20_000; i++)
        {
            byte[] piece = new byte[random.Next(0, 300)];
            foreach (ref byte b in piece.AsSpan())
            {
                b = next++;
            }
            Assert.True(queue.TryAppend(piece));
            int taken = random.Next(0, Math.Min(queue.Length, 600) + 1);
            foreach (byte b in queue.Bytes[..taken])
            {
                Assert.Equal(expected++, b);
            }
            queue.Consume(taken);
        }
    }

    [Fact]
    public void An_empty_queue_holds_nothing_and_is_charged_nothing()
    {
        using var store = new Store(new StoreOptions());
        var budget = new BufferBudget(store, new HengeOptions());
        var queue = new ByteQueue(budget);
        long before = store.GetStatistics().ChargedBytes;

        Assert.True(queue.TryAppend(new byte[100_000]));
        Assert.Equal(queue.Capacity, budget.HeldBytes);
        Assert.Equal(before + queue.Capacity, store.GetStatistics().ChargedBytes);
        queue.Consume(100_000);

        Assert.Equal(0, queue.Capacity);
        Assert.Equal(0, budget.HeldBytes);
        Assert.Equal(before, store.GetStatistics().ChargedBytes);
    }

    [Fact]
    public void What_the_budget_refuses_changes_nothing()
    {
        using var store = new Store(new StoreOptions());
        var options = new HengeOptions();
        options.Limits.BufferBytes = 100_000;
        var budget = new BufferBudget(store, options);
        var queue = new ByteQueue(budget);
        Assert.True(queue.TryAppend(new byte[50_000]));

        Assert.False(queue.TryAppend(new byte[500_000]));

        Assert.Equal(50_000, queue.Length);
        Assert.Equal(queue.Capacity, budget.HeldBytes);
    }
}
