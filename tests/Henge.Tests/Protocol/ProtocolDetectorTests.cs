using System.Text;

using Henge.Protocol;

using Xunit;

namespace Henge.Tests.Protocol;

public sealed class ProtocolDetectorTests
{
    public static TheoryData<string, string> FirstBytes => new()
    {
        { "*1\r\n$4\r\nPING\r\n", "Resp" },
        { "*", "Resp" },
        { "\x16\x03\x01\x02", "Tls" },
        { "\x16\x02", "Reject" },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "Http" },
        { "GET /get?key=a HTTP/1.0\r\n", "Http" },
        { "OPTIONS * HTTP/1.1\r\n", "Http" },
        { "M-SEARCH http://a/ HTTP/1.1\r\n", "Http" },
        { "POST / HTTP/1.1\r\n", "Http" },
        { "GET / HTTP/1.1\n", "Reject" },
        { "get / HTTP/1.1\r\n", "Reject" },
        { "GET  / HTTP/1.1\r\n", "Reject" },
        { "GET / a HTTP/1.1\r\n", "Reject" },
        { "GET / HTTP/1.2\r\n", "Reject" },
        { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "Reject" },
        { "GET /\r\nSET a b\r\n", "Reject" },
        { "GET http://a/\r\n", "Reject" },
        { "GET HTTPS://a\r\n", "Reject" },
        { "set a \"/etc\"\r\n", "Reject" },
        { "POST /\r\n", "Reject" },
        { "put x\r\n", "Reject" },
        { "HEAD x\r\n", "Reject" },
        { "CONNECT a:1\r\n", "Reject" },
        { "OPTIONS\r\n", "Reject" },
        { "Host: localhost\r\n", "Reject" },
        { "X-Any: 1\r\n", "Reject" },
        { "PING\r\n", "Inline" },
        { "PING\n", "Inline" },
        { "GET key\r\n", "Inline" },
        { "GET keys/with/slashes\r\n", "Inline" },
        { "\r\n", "Inline" },
        { "\0AAAA", "Inline" },
        { "\0HNG\x01", "Peer" },
        { "\0HN", "NeedMore" },
        { "\0HTTP", "Inline" },
        { "$3\r\nGET\r\n", "Inline" },
    };

    [Theory]
    [MemberData(nameof(FirstBytes))]
    public void First_bytes_decide(string bytes, string expected)
    {
        Assert.Equal(expected, ProtocolDetector.Detect(Encoding.Latin1.GetBytes(bytes)).ToString());
    }

    [Theory]
    [MemberData(nameof(FirstBytes))]
    public void A_beginning_is_undecided_or_decided_like_the_whole(string bytes, string expected)
    {
        byte[] whole = Encoding.Latin1.GetBytes(bytes);

        for (int length = 0; length < whole.Length; length++)
        {
            string answer = ProtocolDetector.Detect(whole.AsSpan(0, length)).ToString();

            Assert.Contains(answer, new[] { nameof(DetectedProtocol.NeedMore), expected });
        }
    }

    [Fact]
    public void A_request_line_of_8_KiB_is_http_and_so_is_a_longer_one_which_http_refuses()
    {
        string target = "/" + new string('a', ProtocolDetector.MaxPeekBytes - "GET / HTTP/1.1\r\n".Length);
        byte[] longest = Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\n");

        Assert.Equal(ProtocolDetector.MaxPeekBytes, longest.Length);
        Assert.Equal(DetectedProtocol.Http, ProtocolDetector.Detect(longest));
        byte[] longer = Encoding.ASCII.GetBytes($"GET {target}a HTTP/1.1\r\n");
        Assert.Equal(DetectedProtocol.Http, ProtocolDetector.Detect(longer));
    }

    [Fact]
    public void A_long_line_that_is_no_request_goes_to_the_resp_reader()
    {
        byte[] line = Encoding.ASCII.GetBytes(new string('A', ProtocolDetector.MaxPeekBytes));

        Assert.Equal(DetectedProtocol.NeedMore, ProtocolDetector.Detect(line.AsSpan(1)));
        Assert.Equal(DetectedProtocol.Inline, ProtocolDetector.Detect(line));
    }
}
