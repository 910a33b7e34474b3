using System.Text;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Entries;
using Henge.Entries.Many;
using Henge.Tests.Routing;

using Xunit;

namespace Henge.Tests.Entries;

/// <summary>Operations on many keys: one message for each owner, whatever becomes of it.</summary>
public sealed class EntryBatchTests
{
    [Fact]
    public void Each_owner_gets_one_message_and_the_answers_are_in_order()
    {
        using var ring = new TestRing(3);
        byte[][] keys = [.. Enumerable.Range(0, 100).Select(static i => Bytes($"key{i}"))];
        Outcome[] stored = Run(ring, [.. keys.Where((_, i) => i % 3 != 0).Select(key => Set(ring, key, key))]);
        Assert.All(stored, static outcome => Assert.Equal(Outcome.Done, outcome));
        int before = ring.Delivered;

        EntryOperation[] reads = [.. keys.Select(key => Get(ring, key))];
        Run(ring, reads);

        // A request and a reply each of the two others.
        Assert.Equal(4, ring.Delivered - before);
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal(i % 3 == 0 ? EntryStatus.Missing : EntryStatus.Done, reads[i].Answer.Status);
            Assert.Equal(i % 3 == 0 ? null : keys[i], reads[i].Answer.Value);
        }
    }

    [Fact]
    public void Long_values_come_in_several_replies_and_many_keys_in_several_messages()
    {
        using var ring = new TestRing(2);
        byte[][] keys = [.. Enumerable.Range(0, 600).Select(i => Bytes(ring.KeyOf(ring[1], nth: i)))];
        byte[] value = new byte[20_000];
        Assert.All(
            Run(ring, [.. keys.Select(key => Set(ring, key, value))]),
            static outcome => Assert.Equal(Outcome.Done, outcome));

        EntryOperation[] reads = [.. keys.Select(key => Get(ring, key))];
        Assert.All(Run(ring, reads), static outcome => Assert.Equal(Outcome.Done, outcome));
        Assert.All(reads, read => Assert.Equal(value, read.Answer.Value));
    }

    [Fact]
    public async Task What_an_owner_that_is_away_owns_is_not_known_and_the_rest_is()
    {
        using var ring = new TestRing(3);
        EntryOperation[] reads = [.. new[] { 1, 2, 0 }.Select(owner => Get(ring, Bytes(ring.KeyOf(ring[owner]))))];
        ring[0].Lane.Lane.LinkDown(ring[1].Self.Id, ring.Now);
        Task<Outcome[]> run = ring[0].Node.ManyCalls.RunAsync(reads, CancellationToken.None).AsTask();
        ring.Pump();

        ring.Advance(6000);

        Assert.Equal([Outcome.NotDone, Outcome.Done, Outcome.Done], await run);
    }

    [Fact]
    public async Task A_write_whose_link_broke_is_not_known_and_is_not_sent_again()
    {
        using var ring = new TestRing(2);
        EntryOperation[] sets = [.. Enumerable.Range(0, 5).Select(i => Set(
            ring, Bytes(ring.KeyOf(ring[1], nth: i)), Bytes("v")))];
        Task<Outcome[]> run = ring[0].Node.ManyCalls.RunAsync(sets, CancellationToken.None).AsTask();
        ring[0].Turn();

        ring.LoseMessages();
        ring[0].Lane.Lane.LinkDown(ring[1].Self.Id, ring.Now);

        Assert.All(await run, static outcome => Assert.Equal(Outcome.Unknown, outcome));
        Assert.Equal(0, ring[1].Node.Store.Count);
    }

    [Fact]
    public async Task Keys_whose_owners_change_on_the_way_are_sorted_anew()
    {
        using var ring = new TestRing(3);
        byte[][] keys = [.. Enumerable.Range(0, 60).Select(i => Bytes(ring.KeyOf(ring[1], nth: i)))];
        EntryOperation[] sets = [.. keys.Select(key => Set(ring, key, key))];
        Task<Outcome[]> run = ring[0].Node.ManyCalls.RunAsync(sets, CancellationToken.None).AsTask();

        // It is still in the lane when the owner of its keys has gone.
        ring.Publish(without: ring[1]);
        await Henge.Tests.Transport.TransportHost.UntilAsync(() =>
        {
            ring.Pump();
            return run.IsCompleted;
        });

        Assert.All(await run, static outcome => Assert.Equal(Outcome.Done, outcome));
        Assert.Equal(60, ring[0].Node.Store.Count + ring[2].Node.Store.Count);
        Assert.True(ring[0].Node.Store.Count > 0 && ring[2].Node.Store.Count > 0);
    }

    [Fact]
    public void Bytes_that_make_no_sense_are_no_batch()
    {
        using var ring = new TestRing(1);
        HengeNode node = ring[0].Node;
        byte[] whole = Written(new EntryBatch(node, [Get(ring, Bytes("a")), Get(ring, Bytes("b"))], isAwaited: false));
        Assert.NotNull(EntryBatch.Read(node, whole));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Null(EntryBatch.Read(node, whole.AsSpan(0, length)));
        }
        Assert.Null(EntryBatch.Read(node, [.. whole, 0]));
        Assert.Null(EntryBatch.Read(node, [2, .. whole[1..]]));
        Assert.Null(EntryBatch.Read(node, [1, 0, 0, 0, 0]));
        Assert.Null(EntryBatch.Read(node, [1, 1, 1, 0, 0, .. whole[5..]]));
        // A read among writes.
        Assert.Null(EntryBatch.Read(node, Written(new EntryBatch(
            node, [Set(ring, Bytes("a"), []), Get(ring, Bytes("b"))], isAwaited: false))));
        // A kind that is none of its parts.
        byte[] other = [.. whole];
        other[9] = 1;
        Assert.Null(EntryBatch.Read(node, other));
        var random = new Random(4);
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = [.. whole];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            EntryBatch.Read(node, bytes)?.Execute(new Instant(1000, 1));
        }
    }

    [Fact]
    public void The_bytes_of_a_batch_stay()
    {
        using var ring = new TestRing(1);
        var batch = new EntryBatch(ring[0].Node, [Get(ring, Bytes("a")), Get(ring, Bytes("b"))], isAwaited: false);
        Assert.Equal(
            "01" + "02000000" + "09000000" + "03" + "01" + "01" + "00" + "01000000" + "61"
            + "09000000" + "03" + "01" + "01" + "00" + "01000000" + "62", Convert.ToHexString(Written(batch)));

        batch.Execute(new Instant(1000, 1));
        var writer = new MessageWriter();
        batch.WriteReplyTo(writer);
        string missing = "01" + "02" + "0000000000000000" + "0000000000000000" + "00000000";
        Assert.Equal(
            "01" + "02000000" + "16000000" + missing + "16000000" + missing, Convert.ToHexString(writer.Written));
    }

    [Fact]
    public async Task Who_is_cancelled_or_whose_node_has_stopped_is_told()
    {
        using var ring = new TestRing(2);
        EntryOperation[] reads = [Get(ring, Bytes(ring.KeyOf(ring[1])))];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ring[0].Node.ManyCalls.RunAsync(reads, new CancellationToken(true)).AsTask());
        Task<Outcome[]> waiting = ring[0].Node.ManyCalls.RunAsync(reads, CancellationToken.None).AsTask();

        ring[0].Node.Entries.Stop();

        Assert.Equal(HengeFailure.Stopped, (await Assert.ThrowsAsync<HengeException>(() => waiting)).Failure);
    }

    private static byte[] Written(EntryBatch batch)
    {
        var writer = new MessageWriter();
        batch.WriteTo(writer);
        return writer.Written[1..].ToArray();
    }

    private static EntryOperation Get(TestRing ring, byte[] key) =>
        new(ring[0].Node, EntryVerb.Get, key, isAwaited: false);

    private static EntryOperation Set(TestRing ring, byte[] key, byte[] value) =>
        new(ring[0].Node, EntryVerb.Set, key, isAwaited: false) { Value = value };

    private static Outcome[] Run(TestRing ring, IReadOnlyList<EntryOperation> operations)
    {
        Task<Outcome[]> run = ring[0].Node.ManyCalls.RunAsync(operations, CancellationToken.None).AsTask();
        Henge.Tests.Transport.TransportHost.UntilAsync(() =>
        {
            ring.Pump();
            return run.IsCompleted;
        }).GetAwaiter().GetResult();
        return run.GetAwaiter().GetResult();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
