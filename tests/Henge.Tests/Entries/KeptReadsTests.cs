using System.Text;
using Henge.Cluster.FirstLevels;
using Henge.Entries;
using Henge.Entries.Kept;
using Henge.Tests.Embedding;
using Henge.Tests.Routing;
using Henge.Tests.Transport;
using Xunit;

namespace Henge.Tests.Entries;

/// <summary>Reads that a process keeps: how long they are current, by real nodes on loopback.</summary>
public sealed class KeptReadsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task What_was_read_is_current_until_anybody_changes_it(int nodes)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, nodes);
        for (int i = 0; i < nodes * nodes; i++)
        {
            EmbeddedHost reader = ring[i % nodes];
            string key = ring.KeyOf(ring[i / nodes], $"{i}-");
            await reader.Cache.SetAsync(key, [1], new(), token);
            Stamp first = await KeepAsync(reader, key, 1);
            Stamp second = await KeepAsync(reader, key, 1);

            await ring.Hosts[^1].Cache.SetAsync(key, [2], new(), token);

            await TransportHost.UntilAsync(() => !IsCurrent(reader, first) && !IsCurrent(reader, second));
            Stamp third = await KeepAsync(reader, key, 2);

            await ring.Hosts[^1].Cache.RemoveAsync(key, token);

            await TransportHost.UntilAsync(() => !IsCurrent(reader, third));
        }
    }

    [Fact]
    public async Task A_process_reads_its_own_writes()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 2);
        foreach (EmbeddedHost owner in ring.Hosts)
        {
            string key = ring.KeyOf(owner);
            for (byte i = 0; i < 100; i++)
            {
                await ring[0].Cache.SetAsync(key, [i], new(), token);
                Stamp kept = await KeepAsync(ring[0], key, i);

                await ring[0].Cache.SetAsync(key, [0], new(), token);

                Assert.False(IsCurrent(ring[0], kept));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task An_answer_that_was_on_its_way_during_an_own_write_is_not_kept(int nodes)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, nodes);
        foreach (EmbeddedHost owner in ring.Hosts)
        {
            string key = ring.KeyOf(owner);
            await ring[0].Cache.SetAsync(key, [1], new(), token);
            await KeepAsync(ring[0], key, 1);

            // The answer has left the owner, and is looked at here after the write has ended.
            Stamp begun = ring[0].Node.Kept.Begin(Encoding.UTF8.GetBytes(key));
            (EntryAnswer old, _) = await ReadAsync(ring[0], key);
            await ring[0].Cache.SetAsync(key, [2], new(), token);
            Provenance from = old.Provenance!;
            Stamp late = ring[0].Node.Ring!.Coherence!.Reader.Complete(begun, from.Owner, from.Generation);

            Assert.False(IsCurrent(ring[0], late));
        }
    }

    [Fact]
    public async Task The_owner_says_how_long_a_value_lives_by_its_own_clock()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using EmbeddedRing ring = await EmbeddedRing.StartAsync(TransportKind.Auto, 2);
        foreach (EmbeddedHost owner in ring.Hosts)
        {
            string key = ring.KeyOf(owner);
            await ring[0].Cache.SetAsync(
                key, [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) }, token);
            Provenance from = (await ReadAsync(ring[0], key)).Answer.Provenance!;
            Assert.InRange(from.LeftMs, 1, 60_000);
            Assert.Equal(owner.Node.NodeId, from.Owner);

            await ring[0].Cache.SetAsync(key, [1], new(), token);
            Assert.Equal(-1, (await ReadAsync(ring[0], key)).Answer.Provenance!.LeftMs);
        }
    }

    [Fact]
    public void An_owner_that_cannot_be_reached_is_waited_for_as_long_as_the_options_say()
    {
        using var ring = new TestRing(2);
        byte[] key = Encoding.UTF8.GetBytes(ring.KeyOf(ring[1]));
        ring[0].Lane.Lane.LinkDown(ring[1].Self.Id, ring.Now);
        Task read = ring[0].Node.Kept.GetAsync(key, CancellationToken.None).AsTask();
        ring.Pump();

        ring.Advance(1900);
        Assert.False(read.IsCompleted);
        ring.Advance(200);

        var away = Assert.Throws<HengeException>(() => read.GetAwaiter().GetResult());
        Assert.Equal(HengeFailure.OwnerAway, away.Failure);
    }

    [Fact]
    public async Task Nobody_vouches_for_a_node_that_keeps_nothing()
    {
        await using EmbeddedHost host = await EmbeddedHost.StartAsync(static o => o.FirstLevelBytes = 0);

        Assert.False(host.Node.Entries.HasFirstLevel);
        Assert.Null(host.Node.Store.ChangeSink);
    }

    private static async Task<Stamp> KeepAsync(EmbeddedHost host, string key, byte expected)
    {
        while (true)
        {
            (EntryAnswer answer, Stamp stamp) = await ReadAsync(host, key);
            Assert.Equal([expected], answer.Value!);
            if (IsCurrent(host, stamp))
            {
                return stamp;
            }
            // Something of its line was changed meanwhile, or a change of before is told late.
        }
    }

    private static async ValueTask<(EntryAnswer Answer, Stamp Stamp)> ReadAsync(EmbeddedHost host, string key)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(key);
        return host.Node.Kept.TryGet(bytes, out EntryAnswer answer, out Stamp stamp)
            ? (answer, stamp) : await host.Node.Kept.GetAsync(bytes, TestContext.Current.CancellationToken);
    }

    private static bool IsCurrent(EmbeddedHost host, Stamp stamp) =>
        host.Node.Kept.IsCurrent(stamp, host.Node.Kept.NowMs);
}
