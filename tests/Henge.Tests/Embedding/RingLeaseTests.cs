using System.Text;

using Henge.Entries;

using Microsoft.Extensions.Caching.Distributed;

using Xunit;

namespace Henge.Tests.Embedding;

/// <summary>Leases between applications whose nodes are a ring over loopback.</summary>
public sealed class RingLeaseTests
{
    private const int LeaseMs = 60_000;

    [Theory]
    [InlineData((int)TransportKind.Auto)]
    [InlineData((int)TransportKind.Sockets)]
    public async Task Of_all_callers_of_all_applications_one_gets_the_lease(int kind)
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync((TransportKind)kind, 3);
        byte[] key = "missing"u8.ToArray();

        EntryAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(
            i => AskAsync(ring[i % 3], key)));

        EntryAnswer leased = Assert.Single(answers, static answer => answer.Status == EntryStatus.Leased);
        Assert.Equal(299, answers.Count(static answer => answer.Status == EntryStatus.Held));
        Assert.Equal(EntryStatus.Done, await FillAsync(ring[0], key, leased, "v"));
        Assert.All(ring.Hosts, host => Assert.Equal("v"u8.ToArray(), host.Cache.Get("missing")));
    }

    [Fact]
    public async Task A_lease_ends_when_its_holder_leaves()
    {
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 3);
        byte[] key = Encoding.UTF8.GetBytes(ring.KeyOf(ring[0]));
        EntryAnswer first = await AskAsync(ring[2], key);
        Assert.Equal(EntryStatus.Leased, first.Status);
        Assert.Equal(EntryStatus.Held, (await AskAsync(ring[1], key)).Status);
        EmbeddedHost leaver = ring[2];
        ring.Hosts.Remove(leaver);

        await leaver.DisposeAsync();
        await ring.SettleAsync();

        EntryAnswer second = await AskAsync(ring[1], key);
        Assert.Equal(EntryStatus.Leased, second.Status);
        Assert.Equal(EntryStatus.StaleLease, await FillAsync(ring[0], key, first, "late"));
        Assert.Equal(EntryStatus.Done, await FillAsync(ring[1], key, second, "v"));
    }

    [Fact]
    public async Task A_lone_node_ends_a_lease_with_any_write()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync();
        byte[] key = "k"u8.ToArray();
        EntryAnswer first = await AskAsync(host, key);
        Assert.Equal(EntryStatus.Held, (await AskAsync(host, key)).Status);

        host.Cache.Remove("k");
        EntryAnswer second = await AskAsync(host, key);
        host.Cache.Set("k", [1], new DistributedCacheEntryOptions());

        Assert.Equal(EntryStatus.StaleLease, await FillAsync(host, key, first, "late"));
        Assert.Equal(EntryStatus.StaleLease, await FillAsync(host, key, second, "late"));
        Assert.Equal([1], host.Cache.Get("k")!);
        Assert.Equal(0, host.Node.Leases.Count);
    }

    [Fact]
    public async Task Before_the_host_has_started_a_lease_is_misuse()
    {
        await using var host = new EmbeddedHost();
        await Assert.ThrowsAsync<InvalidOperationException>(() => AskAsync(host, "k"u8.ToArray()));
    }

    private static Task<EntryAnswer> AskAsync(EmbeddedHost host, byte[] key) => host.Node.LeaseCalls.GetOrLeaseAsync(
        key, EntryFlags.None, LeaseMs, TestContext.Current.CancellationToken).AsTask();

    private static async Task<EntryStatus> FillAsync(
        EmbeddedHost host, byte[] key, EntryAnswer leased, string value) => (await host.Node.Entries.SetAsync(
            key, Encoding.UTF8.GetBytes(value), new(default, EntryCondition.IfLeased, leased.Token.Value),
            TestContext.Current.CancellationToken)).Status;
}
