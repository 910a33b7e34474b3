using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Henge.Server.Bench;

using Xunit;

namespace Henge.Tests.Server.Bench;

public sealed class ReplyCounterTests
{
    private static readonly byte[] _stream = Encoding.ASCII.GetBytes(
        "+OK\r\n$3\r\nabc\r\n$-1\r\n-ERR no\r\n$0\r\n\r\n:5\r\n_\r\n$12\r\n\r\n-ERR x\r\n$5\r\n");

    [Fact]
    public void Any_split_of_the_bytes_counts_like_the_whole() => Prop.ForAll(
        Gen.Choose(1, 7).ListOf(_stream.Length).Select(list => list.ToArray()).ToArbitrary(),
        sizes =>
        {
            ReplyCounter counter = new();
            byte[] kept = [];
            int at = 0;
            foreach (int size in sizes)
            {
                byte[] input = [.. kept, .. _stream.AsSpan(at, Math.Min(size, _stream.Length - at))];
                at = Math.Min(at + size, _stream.Length);
                kept = input[counter.Read(input)..];
            }
            return kept.Length == 0 && counter.Replies == 8 && counter.Misses == 2 && counter.Errors == 1
                && counter.FirstError == "ERR no";
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("*1\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public void Bytes_that_are_no_reply_to_get_or_set_are_refused(string bytes) =>
        Assert.Throws<InvalidDataException>(() => new ReplyCounter().Read(Encoding.ASCII.GetBytes(bytes)));

    [Fact]
    public void A_batch_is_commands_with_the_keys_number()
    {
        RequestBatch batch = new("v\r\n"u8);
        batch.Set(7);
        batch.Clear();
        batch.Get(42);
        batch.Set(999_999_999_999);

        Assert.Equal(
            "*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000042\r\n"
            + "*3\r\n$3\r\nSET\r\n$16\r\nkey:999999999999\r\n$3\r\nv\r\n\r\n",
            Encoding.ASCII.GetString(batch.Written));
    }
}
