using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Entries;
using Henge.Entries.Counters;
using Henge.Entries.Kept;
using Henge.Entries.Leases;
using Henge.Storage;
using Henge.Tags;

using Xunit;

namespace Henge.Tests.Entries;

/// <summary>The bytes of operations on entries, which must not change, and bytes that are none.</summary>
public sealed class EntryOperationTests : IDisposable
{
    private static readonly LeaseRequest s_lease = new(
        new MemberId(new UInt128(0x0102030405060708, 0x090A0B0C0D0E0F10)), new BootId(7), 8, 5000);

    private readonly HengeNode _node = new(new HengeOptions { Memory = 16 << 20 });

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Requests_keep_their_bytes()
    {
        // kind | format | verb | flags | key | condition, version | lifetime | value
        Assert.Equal("03" + "01" + "01" + "00" + "020000006B31", Request(EntryVerb.Get));
        Assert.Equal("03" + "01" + "01" + "01" + "020000006B31", Request(EntryVerb.Get, EntryFlags.Peeks));
        Assert.Equal(
            "03" + "01" + "01" + "04" + "020000006B31" + "08070605040302010000000000000000",
            Request(EntryVerb.Get, EntryFlags.Keeps, keeper: new MemberId(0x0102030405060708)));
        Assert.Equal("03" + "01" + "04" + "02" + "020000006B31", Request(EntryVerb.Touch, EntryFlags.TellsCopies));
        Assert.Equal(
            "03" + "01" + "03" + "00" + "020000006B31" + "02" + "0807060504030201",
            Request(EntryVerb.Delete, write: new(default, EntryCondition.IfVersion, 0x0102030405060708)));
        Assert.Equal(
            "03" + "01" + "02" + "00" + "020000006B31" + "01" + "0000000000000000"
            + "E803000000000000" + "D007000000000000" + "B80B000000000000" + "03000000" + "616263",
            Request(EntryVerb.Set, write: new(new(1000, 2000, 3000), EntryCondition.IfAbsent), value: "abc"));
        Assert.Equal(
            "03" + "01" + "05" + "09" + "020000006B31" + "100F0E0D0C0B0A090807060504030201" + "0700000000000000"
            + "0800000000000000" + "88130000",
            Request(EntryVerb.GetOrLease, EntryFlags.Peeks | EntryFlags.WithoutValue, lease: s_lease));
        Assert.Equal(
            "03" + "01" + "06" + "00" + "020000006B31" + "0800000000000000",
            Request(EntryVerb.Release, token: new LeaseToken(8)));
        Assert.Equal(
            "03" + "01" + "08" + "00" + "020000006B31" + "0800000000000000" + "88130000",
            Request(EntryVerb.Renew, token: new LeaseToken(8), lease: s_lease));
    }

    [Fact]
    public void Tags_follow_the_value_and_the_bytes_of_what_has_none_stay()
    {
        Assert.Null(TagNames.TryMakeList(["a", "bc"], TagNames.Mark, out byte[] list));
        Assert.Equal("0000" + "010061" + "02006263", Convert.ToHexString(list));
        string request = Request(EntryVerb.Set, write: new(new(1, 2, 3), Tags: list), value: "abc");
        Assert.Equal(
            "03" + "01" + "02" + "10" + "020000006B31" + "00" + "0000000000000000"
            + "0100000000000000" + "0200000000000000" + "0300000000000000" + "03000000" + "616263"
            + "09000000" + "0000" + "010061" + "02006263", request);
        Assert.Equal(list, Read(request)!.Write.Tags.ToArray());
        Assert.Null(Read(request[..^2]));
        Assert.Null(Read(request[..^26] + "00000000"));
        Assert.Null(Read(request[..^26] + "01000000" + "00"));

        Read(request)!.Execute(new Instant(1000, 1));
        using EntryScope entry = _node.Store.Open("k1"u8, 1000);
        EntryAttributes attributes = EntryAttributes.Read(entry.Attributes);
        Assert.Equal((2L, 1001L), (attributes.IdleMs, attributes.DeadlineMs));
        Assert.Equal(list, attributes.Tags.ToArray());
    }

    [Fact]
    public void What_was_begun_before_follows_the_tags()
    {
        Assert.Null(TagNames.TryMakeList(["a"], mark: null, out byte[] list));
        string request = Request(
            EntryVerb.Set, write: new(new(0, 7, 0), Tags: list, Begun: 0x0102030405060708), value: "abc");
        Assert.Equal(
            "03" + "01" + "02" + "30" + "020000006B31" + "00" + "0000000000000000"
            + "0000000000000000" + "0700000000000000" + "0000000000000000" + "03000000" + "616263"
            + "03000000" + "010061" + "0807060504030201", request);
        Assert.Equal(0x0102030405060708UL, Read(request)!.Write.Begun);
        Assert.Null(Read(request[..^16] + "0000000000000000"));

        Read(request)!.Execute(new Instant(1000, 1));
        using EntryScope entry = _node.Store.Open("k1"u8, 1000);
        Assert.Equal("03" + "0300" + "010061" + "0807060504030201", Convert.ToHexString(entry.Attributes[..14]));
        EntryAttributes attributes = EntryAttributes.Read(entry.Attributes);
        Assert.Equal(7L, attributes.IdleMs);
        Assert.Equal(list, attributes.Tags.ToArray());
        Assert.Null(Read(request[..^2]));
    }

    [Fact]
    public void Requests_read_back_as_they_were_written()
    {
        EntryOperation read = Read(Request(
            EntryVerb.Set, write: new(new(1, 2, 3), EntryCondition.IfVersion, 9), value: "abc"))!;

        Assert.Equal(EntryVerb.Set, read.Verb);
        Assert.Equal(new EntryWrite(new Lifetime(1, 2, 3), EntryCondition.IfVersion, 9), read.Write);
        Assert.Equal("abc"u8.ToArray(), read.Value.ToArray());
        Assert.Equal("k1"u8.ToArray(), read.KeyAt(0).ToArray());
        Assert.True(read.Writes);
        Assert.True(read.ReadsKeys);
    }

    [Fact]
    public void Questions_for_leases_read_back_as_they_were_written()
    {
        EntryOperation asks = Read(Request(EntryVerb.GetOrLease, EntryFlags.Peeks, lease: s_lease))!;
        EntryOperation releases = Read(Request(EntryVerb.Release, token: new LeaseToken(8)))!;

        Assert.Equal((EntryVerb.GetOrLease, EntryFlags.Peeks, s_lease), (asks.Verb, asks.Flags, asks.Lease));
        Assert.Equal((EntryVerb.Release, new LeaseToken(8)), (releases.Verb, releases.Token));
        Assert.False(asks.Writes);
        Assert.True(asks.ReadsKeys);
        Assert.False(releases.Writes);
        Assert.False(releases.ReadsKeys);
        EntryOperation renews = Read(Request(EntryVerb.Renew, token: new LeaseToken(8), lease: s_lease))!;
        Assert.Equal((new LeaseToken(8), 5000), (renews.Token, renews.Lease.Milliseconds));
        Assert.False(renews.Writes);
    }

    [Fact]
    public void Changes_of_counters_keep_their_bytes_and_read_back_as_they_were_written()
    {
        Assert.Null(TagNames.TryMakeList(["a"], mark: null, out byte[] list));
        string request = Request(EntryVerb.Add, write: new(new(1000, 0, 0), Tags: list), counter: new(-2, 5));
        Assert.Equal(
            "03" + "01" + "07" + "10" + "020000006B31" + "00" + "0000000000000000"
            + "E803000000000000" + "0000000000000000" + "0000000000000000"
            + "FEFFFFFFFFFFFFFF" + "0500000000000000" + "03000000" + "010061", request);

        EntryOperation read = Read(request)!;
        Assert.Equal((new CounterChange(-2, 5), 1000L), (read.Counter, read.Write.Lifetime.TtlMs));
        Assert.True(read.Writes);
        Assert.True(read.ReadsKeys);
        read.Execute(new Instant(1000, 1));
        using EntryScope entry = _node.Store.Open("k1"u8, 1000);
        Assert.True(entry.Value.SequenceEqual("3"u8));
        Assert.Equal(2000, entry.ExpiresAtMs);
        Assert.Equal(list, EntryAttributes.Read(entry.Attributes).Tags.ToArray());
    }

    [Fact]
    public void Replies_keep_their_bytes_and_what_follows_is_passed_over()
    {
        _node.Store.Open("k1"u8, 1).Dispose();
        EntryOperation get = Read(Request(EntryVerb.Get))!;
        get.Execute(new Instant(1000, 1));
        var writer = new MessageWriter();
        get.WriteReplyTo(writer);
        Assert.Equal("01" + "02" + "0000000000000000" + "0000000000000000" + "00000000", Hex(writer));

        byte[] reply = Convert.FromHexString(
            "01" + "01" + "0807060504030201" + "E803000000000000" + "02000000" + "6869" + "FFFFFF");
        Assert.True(EntryOperation.TryReadReply(reply, out EntryAnswer answer));
        Assert.Equal(
            (EntryStatus.Done, 0x0102030405060708UL, 1000L), (answer.Status, answer.Version, answer.ExpiresAtMs));
        Assert.Equal("hi"u8.ToArray(), answer.Value);
    }

    [Fact]
    public void The_answer_to_who_keeps_a_value_says_where_it_is_from()
    {
        byte[] value = Convert.FromHexString(
            "01" + "01" + "0807060504030201" + "E803000000000000" + "02000000" + "6869");
        byte[] from = Convert.FromHexString(
            "09000000000000000000000000000000" + "0700000000000000" + "0500000000000000" + "01000000" + "AB");
        byte[] whole = [.. value, .. from];
        for (int length = 0; length < from.Length; length++)
        {
            Assert.True(EntryOperation.TryReadReply(whole.AsSpan(0, value.Length + length), out EntryAnswer cut));
            Assert.Null(cut.Provenance);
        }
        Assert.True(EntryOperation.TryReadReply(whole, out EntryAnswer answer));
        Provenance read = answer.Provenance!;
        Assert.Equal((new MemberId(9), 7UL, 5L), (read.Owner, read.Generation, read.LeftMs));
        Assert.Equal([0xAB], read.Attributes);
    }

    [Fact]
    public void Bytes_that_are_cut_off_or_go_on_are_no_request()
    {
        byte[] whole = Convert.FromHexString(Request(EntryVerb.Set, value: "abc"))[1..];
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Null(EntryOperation.Read(_node, whole.AsSpan(0, length)));
        }
        Assert.NotNull(EntryOperation.Read(_node, whole));
        Assert.Null(EntryOperation.Read(_node, [.. whole, 0]));
    }

    [Theory]
    [InlineData("02" + "01" + "00" + "010000006B")] // Another format.
    [InlineData("01" + "00" + "00" + "010000006B")] // No verb.
    [InlineData("01" + "01" + "80" + "010000006B")] // A flag of a later version.
    [InlineData("01" + "01" + "04" + "010000006B")] // Keeps, and does not say who.
    [InlineData("01" + "09" + "00" + "010000006B")] // A verb of a later version.
    [InlineData("01" + "07" + "00" + "010000006B" + "02" + "0100000000000000" + "0000000000000000" + "0000000000000000"
        + "0000000000000000" + "0100000000000000" + "0000000000000000")] // A counter with a condition.
    [InlineData("01" + "05" + "00" + "010000006B" + "01000000000000000000000000000000" + "0100000000000000"
        + "0100000000000000" + "00000000")] // A lease of no time.
    [InlineData("01" + "08" + "00" + "010000006B" + "0100000000000000" + "00000000")] // Renewed for no time.
    [InlineData("01" + "02" + "20" + "010000006B" + "00" + "0000000000000000" + "0000000000000000"
        + "0000000000000000" + "0000000000000000" + "00000000" + "0100000000000000")] // Begun, and without tags.
    [InlineData("01" + "05" + "00" + "010000006B" + "01000000000000000000000000000000" + "0100000000000000"
        + "0100000000000000" + "C1270900")] // A lease that is too long.
    [InlineData("01" + "05" + "00" + "010000006B" + "01000000000000000000000000000000" + "0100000000000000"
        + "0100000000000000" + "FFFFFFFF")] // A lease that would end before it began.
    [InlineData("01" + "03" + "00" + "010000006B" + "03" + "0100000000000000")] // A deletion by a lease.
    [InlineData("01" + "01" + "02" + "010000006B")] // A flag of another verb.
    [InlineData("01" + "01" + "00" + "00000000")] // An empty key.
    [InlineData("01" + "01" + "00" + "FFFFFFFF6B")] // A length that lies.
    [InlineData("01" + "03" + "00" + "010000006B" + "01" + "0000000000000000")] // Delete if absent.
    [InlineData("01" + "03" + "00" + "010000006B" + "04" + "0000000000000000")] // A condition of a later version.
    [InlineData("01" + "02" + "00" + "010000006B" + "00" + "0000000000000000" + "FFFFFFFFFFFFFFFF"
        + "0000000000000000" + "0000000000000000" + "00000000")] // A TTL below zero.
    [InlineData("01" + "02" + "00" + "010000006B" + "00" + "0000000000000000" + "0000000000000000"
        + "FFFFFFFFFFFFFF7F" + "0000000000000000" + "00000000")] // An idle time without end.
    public void Bytes_that_make_no_sense_are_no_request(string hex) =>
        Assert.Null(EntryOperation.Read(_node, Convert.FromHexString(hex)));

    [Fact]
    public void A_key_that_is_too_long_is_no_request() =>
        Assert.Null(Read(Request(EntryVerb.Get, key: new byte[(64 << 10) + 1])));

    [Fact]
    public void Random_bytes_are_read_without_harm()
    {
        const int Seed = 4;
        var random = new Random(Seed);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Convert.FromHexString(Request(EntryVerb.Set, value: "abcdef"))[1..];
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            EntryOperation.Read(_node, bytes)?.Execute(new Instant(1000, 1));
            EntryOperation.TryReadReply(bytes, out _);
        }
    }

    [Fact]
    public void An_answer_that_makes_no_sense_is_no_answer()
    {
        Assert.False(EntryOperation.TryReadReply([], out _));
        Assert.False(EntryOperation.TryReadReply(new byte[40], out _));
        Assert.False(EntryOperation.TryReadReply([1, 99, .. new byte[30]], out _));
    }

    private string Request(
        EntryVerb verb, EntryFlags flags = EntryFlags.None, EntryWrite write = default, string value = "",
        byte[]? key = null, MemberId keeper = default, LeaseRequest lease = default,
        LeaseToken token = default, CounterChange counter = default)
    {
        var writer = new MessageWriter();
        new EntryOperation(_node, verb, key ?? "k1"u8.ToArray(), isAwaited: false)
        {
            Flags = flags,
            Keeper = keeper,
            Write = write,
            Lease = lease,
            Token = token,
            Counter = counter,
            Value = System.Text.Encoding.UTF8.GetBytes(value),
        }.WriteTo(writer);
        return Hex(writer);
    }

    private EntryOperation? Read(string request) =>
        EntryOperation.Read(_node, Convert.FromHexString(request).AsSpan(1));

    private static string Hex(MessageWriter writer) => Convert.ToHexString(writer.Written);
}
