using Henge.Tests.Live;

using Xunit;

namespace Henge.Tests.Hostile;

/// <summary>RELIABILITY group B against a live node: nothing sent makes it hold more than it promised.</summary>
[Collection(LiveCollection.Name)]
public sealed class MemoryTests(HostileNode target) : IClassFixture<HostileNode>
{
    [Fact]
    public async Task Readers_that_never_read_are_held_back_and_then_closed()
    {
        await target.Bystander.CallAsync("SET", "mega", new string('v', 1 << 20));
        byte[] pipeline = [.. Enumerable.Repeat(RawClient.Encode("GET", "mega"), 500).SelectMany(b => b)];
        List<RawClient> readers = [];
        for (int i = 0; i < 10; i++)
        {
            RawClient reader = await target.Node.ConnectAsync();
            readers.Add(reader);
            await reader.SendAsync(pipeline);
        }
        long peak = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                peak = Math.Max(peak, target.Node.ResidentBytes());
                return await target.ClientsAsync() == 1;
            },
            "readers that take nothing are closed",
            seconds: 30);
        Assert.True(peak <= HostileNode.MostResidentBytes, $"{peak >> 20} MB were resident");
        readers.ForEach(r => r.Dispose());
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task A_slow_reader_gets_every_reply_in_order()
    {
        await target.Bystander.CallAsync("SET", "block", new string('v', 100_000));
        using RawClient reader = await target.Node.ConnectAsync();
        for (int i = 0; i < 100; i++)
        {
            await reader.SendAsync(RawClient.Encode("GET", "block"));
            await reader.SendAsync(RawClient.Encode("ECHO", $"{i}"));
        }
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(100_001, (await reader.ReplyAsync()).Length);
            Assert.Equal($"${i}", await reader.ReplyAsync());
        }
    }

    [Fact]
    public async Task A_value_over_the_limit_is_refused_by_its_declared_length()
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync("*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$500000000\r\n");
        string reply = await client.RestAsync();
        Assert.StartsWith("-ERR", reply);
        Assert.Equal("nil", await target.Bystander.CallAsync("GET", "big"));
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task A_value_grown_over_the_limit_is_refused_and_kept_as_it_was()
    {
        using RawClient client = await target.Node.ConnectAsync();
        Assert.Equal("+OK", await client.CallAsync("SET", "grow", "start"));
        Assert.StartsWith("-ERR", await client.CallAsync("SETRANGE", "grow", "4294967296", "x"));
        Assert.StartsWith("-ERR", await client.CallAsync("SETRANGE", "grow", "9223372036854775807", "x"));
        Assert.StartsWith("-ERR", await client.CallAsync("SETRANGE", "grow", "-1", "x"));
        Assert.StartsWith("-ERR bit offset", await client.CallAsync("SETBIT", "grow", "4294967296", "1"));
        Assert.StartsWith("-ERR bit offset", await client.CallAsync("SETBIT", "grow", "9223372036854775807", "1"));
        string half = new('x', 5 << 20);
        Assert.StartsWith(":", await client.CallAsync("APPEND", "grown", half));
        Assert.StartsWith("-ERR", await client.CallAsync("APPEND", "grown", half));
        Assert.Equal("$start", await client.CallAsync("GET", "grow"));
        Assert.Equal($":{half.Length}", await client.CallAsync("STRLEN", "grown"));
        await client.CallAsync("DEL", "grown");
    }

    [Theory]
    [InlineData("9223372036854775807", "INCR", "1")]
    [InlineData("-9223372036854775808", "DECR", "1")]
    [InlineData("-1", "DECRBY", "-9223372036854775808")]
    [InlineData("1", "INCRBY", "9223372036854775807")]
    [InlineData("1", "INCRBY", "9223372036854775808")]
    [InlineData("1", "INCRBYFLOAT", "nan")]
    [InlineData("1", "INCRBYFLOAT", "inf")]
    [InlineData("1.7e308", "INCRBYFLOAT", "1.7e308")]
    public async Task Arithmetic_that_overflows_is_an_error_and_changes_nothing(string value, string command, string by)
    {
        using RawClient client = await target.Node.ConnectAsync();
        Assert.Equal("+OK", await client.CallAsync("SET", "n", value));
        string[] call = command is "INCR" or "DECR" ? [command, "n"] : [command, "n", by];
        string reply = await client.CallAsync(call);
        if (value != "1.7e308")
        {
            Assert.StartsWith("-ERR", reply);
            Assert.Equal("$" + value, await client.CallAsync("GET", "n"));
        }
        else
        {
            Assert.DoesNotContain("inf", reply);
        }
    }

    [Theory]
    [InlineData("9223372036854775")]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("99999999999999999999")]
    public async Task An_expiry_out_of_range_is_an_error_and_changes_nothing(string seconds)
    {
        using RawClient client = await target.Node.ConnectAsync();
        Assert.Equal("+OK", await client.CallAsync("SET", "e", "v"));
        Assert.StartsWith("-ERR", await client.CallAsync("EXPIRE", "e", seconds));
        Assert.StartsWith("-ERR", await client.CallAsync("SET", "e", "w", "EX", seconds));
        Assert.Equal(":-1", await client.CallAsync("TTL", "e"));
        Assert.Equal("$v", await client.CallAsync("GET", "e"));
    }

    [Fact]
    public async Task A_key_longer_than_64_KiB_is_an_error_and_the_next_command_is_answered()
    {
        using RawClient client = await target.Node.ConnectAsync();
        string longest = new('k', 64 << 10);
        Assert.Equal("+OK", await client.CallAsync("SET", longest, "v"));
        Assert.Equal("$v", await client.CallAsync("GET", longest));
        Assert.StartsWith("-ERR", await client.CallAsync("SET", longest + "k", "v"));
        Assert.Equal("+PONG", await client.CallAsync("PING"));
        Assert.Equal(":1", await client.CallAsync("DEL", longest));
    }

    [Fact]
    public async Task A_flood_of_tiny_keys_with_a_ttl_of_1_ms_leaves_nothing()
    {
        using RawClient client = await target.Node.ConnectAsync();
        long before = await target.FigureAsync("used_memory");
        Task<int> replies = CountLinesAsync(client, 500_000);
        for (int i = 0; i < 500; i++)
        {
            byte[] batch = [.. Enumerable.Range(i * 1000, 1000)
                .SelectMany(n => RawClient.Encode("SET", $"tiny:{n}", "v", "PX", "1"))];
            await client.SendAsync(batch);
        }
        Assert.Equal(500_000, await replies);
        await Eventually.HoldsAsync(
            async () => await target.FigureAsync("used_memory") <= before + (4 << 20),
            "the memory of expired keys is free without an access");
        client.Dispose();
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task Ten_times_the_memory_in_changing_sizes_stays_within_the_promise()
    {
        // A process of its own: the promise is that of a load like this, not of whatever was done to the node before.
        await using HengeProcess node = await HengeProcess.StartAsync("--memory", $"{HostileNode.MemoryBytes >> 20}mb");
        using RawClient client = await node.ConnectAsync();
        long peak = 0;
        int key = 0;
        foreach (int size in new[] { 100, 1_000, 10_000, 100_000, 1_000_000, 300, 30_000 })
        {
            string value = new('v', size);
            for (long written = 0; written < HostileNode.MemoryBytes * 10 / 7;)
            {
                int count = Math.Max(1, 200_000 / size);
                byte[] batch = [.. Enumerable.Range(0, count)
                    .SelectMany(_ => RawClient.Encode("SET", $"shift:{key++}", value))];
                Task<int> replies = CountLinesAsync(client, count);
                await client.SendAsync(batch);
                Assert.Equal(count, await replies);
                written += batch.Length;
                peak = Math.Max(peak, node.ResidentBytes());
            }
            Assert.Equal("$" + value, await client.CallAsync("GET", $"shift:{key - 1}"));
        }
        Assert.True(peak <= HostileNode.PromisedBytes, $"{peak >> 20} MB were resident");
        Assert.True(node.IsAlive, node.Errors);
    }

    [Fact]
    public async Task A_transaction_without_end_is_refused_and_holds_nothing()
    {
        using RawClient client = await target.Node.ConnectAsync();
        Assert.Equal("+OK", await client.CallAsync("MULTI"));
        byte[] one = RawClient.Encode("SET", "k", new string('v', 4000));
        byte[] batch = [.. Enumerable.Repeat(one, 100).SelectMany(b => b)];
        bool refused = false;
        for (int i = 0; i < 500 && !refused; i++)
        {
            await client.SendAsync(batch);
            for (int reply = 0; reply < 100 && !refused; reply++)
            {
                refused = await client.ReplyAsync() != "+QUEUED";
            }
        }
        Assert.True(refused, "200 MB were queued in a node of 64 MB");
        client.Dispose();
        await target.UnharmedAsync();
    }

    [Fact]
    public async Task A_subscriber_that_never_reads_is_closed_and_the_publisher_goes_on()
    {
        using RawClient subscriber = await target.Node.ConnectAsync();
        Assert.Equal("[$subscribe, $flood, :1]", await subscriber.CallAsync("SUBSCRIBE", "flood"));
        string message = new('m', 1 << 20);
        int sent = 0;
        while (await target.Bystander.CallAsync("PUBLISH", "flood", message) != ":0")
        {
            Assert.True(++sent < 500, "500 MB were accepted for a subscriber that reads nothing");
        }
        await target.UnharmedAsync();
    }

    private static async Task<int> CountLinesAsync(RawClient client, int count)
    {
        int lines = 0;
        while (lines < count)
        {
            Assert.Equal("+OK", await client.ReplyAsync());
            lines++;
        }
        return lines;
    }
}
