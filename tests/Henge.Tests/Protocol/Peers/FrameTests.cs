using System.Buffers.Binary;
using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Henge.Protocol.Peers;

using Xunit;

namespace Henge.Tests.Protocol.Peers;

/// <summary>Frames as they go over links: their bytes, their limits, and what becomes of changed bytes.</summary>
public sealed class FrameTests
{
    private const int Limit = 1 << 20;
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(static i => (byte)i)];

    [Fact]
    public void A_frame_without_a_key_has_these_bytes()
    {
        FrameWriter writer = Writer();
        writer.Append("\u0001ab"u8);
        writer.Append("\u0002"u8);
        writer.Seal();
        writer.Append("\u0003"u8);
        writer.Seal();

        Assert.Equal(
            "0C000000030000000161620100000002FA46477F" + "0500000001000000038AC6FF39",
            Convert.ToHexString(writer.Sealed.Span));
    }

    /// <summary>The second as <c>openssl mac -cipher AES-256-GCM … GMAC</c> makes it.</summary>
    [Theory]
    [InlineData((int)FrameCheck.Hmac, "EE2B113D25FAF2E81A61A9D791928C67")]
    [InlineData((int)FrameCheck.Gmac, "337AE9876895D64F0274D6A4398228A0")]
    public void A_frame_with_a_key_has_these_bytes(int check, string expected)
    {
        FrameWriter writer = Writer((FrameCheck)check);
        writer.Append("\u0001ab"u8);
        writer.Seal();

        Assert.Equal("0700000003000000016162" + expected, Convert.ToHexString(writer.Sealed.Span));
    }

    [Theory]
    [InlineData((int)FrameCheck.Checksum)]
    [InlineData((int)FrameCheck.Hmac)]
    [InlineData((int)FrameCheck.Gmac)]
    public void What_was_appended_is_read_whatever_the_cuts(int check)
    {
        Gen<(string[] Messages, int Step)> cases =
            from messages in Gen.Choose(1, 300).Select(static n => new string('x', n)).NonEmptyListOf()
            from step in Gen.Choose(1, 700)
            select (messages.ToArray(), step);

        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            FrameWriter writer = Writer((FrameCheck)check);
            for (int i = 0; i < c.Messages.Length; i++)
            {
                writer.Append(Encoding.ASCII.GetBytes(c.Messages[i]));
                if (i % 3 == 0)
                {
                    writer.Seal();
                }
            }
            writer.Seal();
            FrameReader reader = Reader(LinkSide.Dialler, (FrameCheck)check);
            return ReadAll(reader, writer.Sealed.Span, c.Step, out FrameStatus end).SequenceEqual(c.Messages)
                && end == FrameStatus.NeedMore;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Theory]
    [InlineData((int)FrameCheck.Checksum)]
    [InlineData((int)FrameCheck.Hmac)]
    [InlineData((int)FrameCheck.Gmac)]
    public void A_changed_byte_never_becomes_a_message(int check)
    {
        FrameWriter writer = Writer((FrameCheck)check);
        writer.Append("hello"u8);
        writer.Append("world"u8);
        writer.Seal();
        byte[] bytes = writer.Sealed.ToArray();
        for (int at = 0; at < bytes.Length; at++)
        {
            for (int flip = 1; flip < 256; flip <<= 1)
            {
                byte[] changed = [.. bytes];
                changed[at] ^= (byte)flip;
                FrameReader reader = Reader(LinkSide.Dialler, (FrameCheck)check);
                FrameStatus status = reader.Read(changed, out _, out _);
                Assert.NotEqual(FrameStatus.Frame, status);
            }
        }
    }

    [Fact]
    public void With_one_byte_in_twenty_flipped_no_wrong_message_gets_through()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            FrameWriter writer = Writer();
            for (int i = 0; i < 5; i++)
            {
                byte[] message = new byte[random.Next(1, 200)];
                message.AsSpan().Fill((byte)'m');
                writer.Append(message);
                writer.Seal();
            }
            byte[] bytes = writer.Sealed.ToArray();
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] ^= random.Next(20) == 0 ? (byte)random.Next(1, 256) : (byte)0;
            }
            var reader = new FrameReader(new FrameSeal(LinkSide.Dialler), Limit);
            Assert.All(
                ReadAll(reader, bytes, 100, out _),
                message => Assert.True(message.All(static c => c == 'm'), $"seed {seed}"));
        }
    }

    [Theory]
    [InlineData((int)FrameCheck.Hmac)]
    [InlineData((int)FrameCheck.Gmac)]
    public void A_frame_that_is_repeated_left_out_or_turned_around_is_forged(int check)
    {
        FrameWriter writer = Writer((FrameCheck)check);
        writer.Append("one"u8);
        writer.Seal();
        byte[] first = writer.Sealed.ToArray();
        writer.Consume(first.Length);
        writer.Append("two"u8);
        writer.Seal();
        byte[] second = writer.Sealed.ToArray();

        Assert.Equal(FrameStatus.Forged, Reader(LinkSide.Dialler, (FrameCheck)check).Read(second, out _, out _));
        Assert.Equal(FrameStatus.Forged, Reader(LinkSide.Acceptor, (FrameCheck)check).Read(first, out _, out _));
        FrameReader reader = Reader(LinkSide.Dialler, (FrameCheck)check);
        Assert.Equal(FrameStatus.Frame, reader.Read(first, out _, out _));
        Assert.Equal(FrameStatus.Forged, reader.Read(first, out _, out _));
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(0u, 1u)]
    [InlineData(3u, 1u)]
    [InlineData(5u, 0u)]
    [InlineData(5u, 2u)]
    [InlineData(0x80000000u, 1u)]
    [InlineData(uint.MaxValue, 1u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    [InlineData((uint)Limit + 5, (uint)Limit + 1)]
    [InlineData((4u << 20) + 1, 1u)]
    public void Lengths_that_lie_are_refused_before_anything_is_awaited(uint body, uint message)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, body);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), message);
        var reader = new FrameReader(new FrameSeal(LinkSide.Dialler), Limit);

        Assert.Equal(FrameStatus.Malformed, reader.Read(bytes, out _, out _));
        Assert.Equal(0, reader.WantedBytes);
    }

    [Fact]
    public void A_message_longer_than_a_frame_of_many_stands_alone()
    {
        byte[] large = new byte[6 << 20];
        large[^1] = 7;
        FrameWriter writer = Writer();
        writer.Append("small"u8);
        writer.Append(large);
        writer.Append("small"u8);
        writer.Seal();
        byte[] bytes = writer.Sealed.ToArray();

        var reader = new FrameReader(new FrameSeal(LinkSide.Dialler), large.Length);
        Assert.Equal([5, large.Length, 5], ReadAll(reader, bytes, bytes.Length, out _).Select(static m => m.Length));

        var smaller = new FrameReader(new FrameSeal(LinkSide.Dialler), large.Length - 1);
        Assert.Single(ReadAll(smaller, bytes, bytes.Length, out FrameStatus end));
        Assert.Equal(FrameStatus.Malformed, end);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_without_an_exception() =>
        Prop.ForAll(Gen.Choose(0, 255).Select(static b => (byte)b).ArrayOf().ToArbitrary(), static bytes =>
        {
            var reader = new FrameReader(new FrameSeal(LinkSide.Dialler), Limit);
            ReadAll(reader, bytes, 7, out _);
            if (bytes.Length > 8)
            {
                // The same with an outer length that fits, so that the inner ones are looked at.
                BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)bytes.Length - 8);
                var seal = new FrameSeal(LinkSide.Dialler);
                seal.Write(bytes.AsSpan(4..^4), bytes.AsSpan(^4));
                ReadAll(new FrameReader(new FrameSeal(LinkSide.Dialler), Limit), bytes, bytes.Length, out _);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Sending_in_pieces_keeps_what_is_left()
    {
        FrameWriter writer = Writer();
        var sent = new List<byte>();
        var random = new Random(1);
        int appended = 0;
        for (int round = 0; round < 2000; round++)
        {
            for (int i = random.Next(4); i > 0; i--)
            {
                writer.Append(Encoding.ASCII.GetBytes($"{appended++}".PadLeft(random.Next(1, 3000))));
            }
            if (random.Next(3) > 0)
            {
                writer.Seal();
            }
            ReadOnlyMemory<byte> ready = writer.Sealed;
            int count = random.Next(ready.Length + 1);
            sent.AddRange(ready.Span[..count]);
            writer.Consume(count);
        }
        writer.Seal();
        sent.AddRange(writer.Sealed.Span);

        var reader = new FrameReader(new FrameSeal(LinkSide.Dialler), Limit);
        Assert.Equal(
            Enumerable.Range(0, appended),
            ReadAll(reader, sent.ToArray(), 50_000, out _).Select(static m => int.Parse(m)));
    }

    private static FrameSeal Seal(LinkSide sender, FrameCheck check) =>
        new(sender, check, check == FrameCheck.Checksum ? [] : s_key);

    private static FrameWriter Writer(FrameCheck check = FrameCheck.Checksum) => new(Seal(LinkSide.Dialler, check));

    [Fact]
    public void A_buffer_that_is_used_stays_and_an_idle_one_goes()
    {
        using var seal = new FrameSeal(LinkSide.Dialler);
        var writer = new FrameWriter(seal);
        for (int turn = 0; turn < 3; turn++)
        {
            writer.Append(new byte[1 << 20]);
            writer.Seal();
            writer.Consume(writer.Length);
            writer.Trim();
            Assert.InRange(writer.Capacity, 1 << 20, 4 << 20);
        }
        writer.Trim();
        Assert.Equal(0, writer.Capacity);
        writer.Append(new byte[1 << 20]);
        writer.Trim();
        writer.Trim();
        Assert.InRange(writer.Length, 1 << 20, 2 << 20);
    }

    private static FrameReader Reader(LinkSide sender, FrameCheck check) => new(Seal(sender, check), Limit);

    private static List<string> ReadAll(FrameReader reader, ReadOnlySpan<byte> bytes, int step, out FrameStatus end)
    {
        var messages = new List<string>();
        int start = 0;
        int received = 0;
        while (true)
        {
            end = reader.Read(bytes[start..received], out FrameMessages found, out int consumed);
            if (end == FrameStatus.Frame)
            {
                foreach (ReadOnlySpan<byte> message in found)
                {
                    messages.Add(Encoding.ASCII.GetString(message));
                }
                start += consumed;
            }
            else if (end == FrameStatus.NeedMore && received < bytes.Length)
            {
                received = Math.Min(bytes.Length, received + step);
            }
            else
            {
                return messages;
            }
        }
    }
}
