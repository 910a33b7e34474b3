using System.Text;

using FsCheck;
using FsCheck.Fluent;

using Henge.Protocol;
using Henge.Protocol.Replies;
using Henge.Tests.Protocol.Requests;

using Xunit;

namespace Henge.Tests.Protocol;

/// <summary>What must hold for all bytes; FsCheck prints the seed of a failure.</summary>
public sealed class WireProperties
{
    private static readonly string[] s_fragments =
    [
        "*1\r\n$4\r\nPING\r\n", "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\n\r\n$1*\r\n",
        "*2\r\n$4\r\nMGET\r\n$1200\r\n" + new string('x', 1200) + "\r\n", "ping\r\n", "set a 'b c'\n", "\r\n", "*0\r\n",
        "*-1\r\n", "*20\r\n" + string.Concat(Enumerable.Repeat("$2\r\nab\r\n", 20)), "*", "$", "\r", "\n", "1", "-",
        "\"",
        "*2\r\n", "$3\r\nabc\r\n", "\0", "%", "a",
    ];

    private static readonly Gen<byte[]> s_requests =
        Gen.Elements(s_fragments).ListOf().Select(static parts => Encoding.Latin1.GetBytes(string.Concat(parts)));

    [Fact]
    public void Any_cutting_of_requests_reads_like_the_whole()
    {
        Gen<(byte[] Bytes, int[] Cuts)> cases =
            from bytes in s_requests
            from cuts in Gen.Choose(0, bytes.Length).ListOf()
            select (bytes, cuts.Order().ToArray());

        Prop.ForAll(cases.ToArbitrary(), static c => RequestLog.Of(c.Bytes, []) == RequestLog.Of(c.Bytes, c.Cuts))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_without_an_exception()
    {
        Gen<byte[]> noise = Gen.OneOf(
            Gen.Choose(0, 255).Select(static b => (byte)b).ArrayOf(),
            Gen.Elements("*$%~>_#,(!=+-:0123456789\r\n ae\"'\\x"u8.ToArray()).ArrayOf());

        Prop.ForAll(noise.ToArbitrary(), static bytes =>
        {
            RequestLog.Of(bytes, []);
            var reader = new RespReplyReader();
            int at = 0;
            while (reader.Read(bytes.AsSpan(at), out int consumed, out _) == ReplyStatus.Complete)
            {
                at += consumed;
            }
            ProtocolDetector.Detect(bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void What_the_writer_writes_the_reply_reader_reads()
    {
        var cases = ArbMap.Default.ArbFor<(byte[] Bytes, long Number, double Double, bool Flag, bool Resp3)>();
        Prop.ForAll(cases, static c =>
        {
            var writer = new RespWriter { Version = c.Resp3 ? RespVersion.Resp3 : RespVersion.Resp2 };
            writer.Array(6);
            writer.Bulk(c.Bytes);
            writer.Integer(c.Number);
            writer.Double(c.Double);
            writer.Boolean(c.Flag);
            writer.Null();
            writer.Map(1);
            writer.BulkInteger(c.Number);
            writer.Verbatim(c.Bytes);

            ReplyStatus status = new RespReplyReader().Read(writer.Written, out int consumed, out RespValue? value);

            IReadOnlyList<RespValue> items = value!.Items;
            return status == ReplyStatus.Complete && consumed == writer.Length
                && items[0].Bytes.AsSpan().SequenceEqual(c.Bytes)
                && items[1].Integer == c.Number
                && (c.Resp3 ? items[2].Double.Equals(c.Double) : items[2].Bytes.Length > 0)
                && items[3].Integer == (c.Flag ? 1 : 0)
                && items[4].IsNull
                && items[5].Items[0].Text == c.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)
                && items[5].Items[1].Bytes.AsSpan().SequenceEqual(c.Bytes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }
}
