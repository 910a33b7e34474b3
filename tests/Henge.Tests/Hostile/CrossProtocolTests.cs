using Henge.Tests.Live;

using Xunit;

namespace Henge.Tests.Hostile;

/// <summary>
/// RELIABILITY groups E and F against a live node: HTTP that contradicts itself, and requests that were made for one
/// protocol and led to the other. None may change what is stored.
/// </summary>
[Collection(LiveCollection.Name)]
public sealed class CrossProtocolTests(HostileNode target) : IClassFixture<HostileNode>
{
    private const string Local = " HTTP/1.1\r\nHost: localhost\r\n";
    private const string Put = "PUT /v1/cache/stole" + Local;
    private const string PutChunks = Put + "Transfer-Encoding: chunked\r\n\r\n";
    private const string Set = "*3\r\n$3\r\nSET\r\n$5\r\nstole\r\n$3\r\nyes\r\n";

    [Theory]
    [InlineData("POST /" + Local + "Content-Type: text/plain\r\n")]
    [InlineData("POST /set" + Local + "Content-Type: text/plain\r\n")]
    [InlineData("POST /v1/cache:mset" + Local + "Content-Type: application/x-www-form-urlencoded\r\n")]
    public async Task A_body_never_reaches_the_command_parser(string head)
    {
        foreach (string body in new[] { Set, "SET stole yes\r\n", "\r\n\r\nSET stole yes\r\n" })
        {
            using RawClient client = await target.Node.ConnectAsync();
            await client.SendAsync($"{head}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
            Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", await client.RestAsync());
            await NothingWasStolenAsync();
        }
    }

    [Theory]
    [InlineData("GET /\r\nSET stole yes\r\n")]
    [InlineData("GET /x?a=1\r\n" + Set)]
    [InlineData("GET http://localhost/\r\nSET stole yes\r\n")]
    [InlineData("Host: localhost\r\nSET stole yes\r\n")]
    [InlineData("POST /\r\nSET stole yes\r\n")]
    [InlineData("PUT /\r\nSET stole yes\r\n")]
    [InlineData("OPTIONS *\r\nSET stole yes\r\n")]
    [InlineData("PING x HTTP/1.1\r\nSET stole yes\r\n")]
    [InlineData("*2\r\n$4\r\nPOST\r\n$1\r\n/\r\n" + Set)]
    [InlineData("*1\r\n$5\r\nHost:\r\n" + Set)]
    public async Task A_request_led_here_is_closed_at_its_first_line(string bytes)
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync(bytes);
        Assert.DoesNotContain("+OK", await client.RestAsync());
        await NothingWasStolenAsync();
    }

    [Theory]
    [InlineData("GET /healthz" + Local + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n")]
    [InlineData(Put + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nyes\r\n0\r\n\r\n")]
    [InlineData(Put + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nyes!")]
    [InlineData(Put + "Content-Length: -3\r\n\r\nyes")]
    [InlineData(Put + "Host: other\r\nContent-Length: 3\r\n\r\nyes")]
    [InlineData(PutChunks + "FFFFFFFFFFFFFFFFF\r\nyes")]
    [InlineData(PutChunks + "2;\rxx\r\nye\r\n0\r\n\r\n")]
    [InlineData(PutChunks + "3\r\nyesX0\r\n\r\n")]
    [InlineData("PUT /v1/cache/stole HTTP/1.1\r\nContent-Length: 3\r\n\r\nyes")]
    public async Task Http_that_contradicts_itself_is_refused_and_closed(string bytes)
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync(bytes + Set);
        string reply = await client.RestAsync();
        Assert.Matches("^(HTTP/1.1 400 |$)", reply);
        Assert.DoesNotContain("+OK", reply);
        await NothingWasStolenAsync();
    }

    [Fact]
    public async Task Http_lines_and_headers_have_limits()
    {
        Assert.Matches("^HTTP/1.1 414 ", await AnswerAsync($"GET /{new string('a', 9000)}{Local}\r\n"));
        string many = string.Concat(Enumerable.Range(0, 110).Select(i => $"X-{i}: y\r\n"));
        Assert.Matches("^HTTP/1.1 431 ", await AnswerAsync($"GET /healthz{Local}{many}\r\n"));
        string large = new('a', 40_000);
        Assert.Matches("^HTTP/1.1 431 ", await AnswerAsync($"GET /healthz{Local}X-Large: {large}\r\n\r\n"));
        string put = $"PUT /v1/cache/big{Local}Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n";
        Assert.Matches("^HTTP/1.1 413 ", await AnswerAsync(put));
        await target.UnharmedAsync();
    }

    [Theory]
    [InlineData("/../../etc/passwd")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/v1/cache/%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("/v1/cache/a%00b")]
    [InlineData("/v1/cache/x%0d%0aSet-Cookie:%20a=b")]
    [InlineData("/get?key=x%0d%0aSet-Cookie:%20a=b")]
    public async Task A_path_reaches_no_file_and_no_header(string path)
    {
        string reply = await AnswerAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 4[0-9][0-9] ", reply);
        Assert.DoesNotContain("root:", reply);
        Assert.DoesNotContain("\nSet-Cookie", reply);
    }

    [Theory]
    [InlineData("Host: evil.example")]
    [InlineData("Host: localhost.evil.example")]
    [InlineData("Host: localhost\r\nOrigin: http://evil.example")]
    [InlineData("Host: localhost\r\nSec-Fetch-Site: cross-site")]
    [InlineData("Host: localhost\r\nOrigin: null")]
    public async Task A_foreign_page_reads_and_writes_nothing(string headers)
    {
        foreach (string route in new[] { "GET /get?key=a", "GET /v1/cache/a", "GET /v1/stats", "DELETE /v1/cache/a" })
        {
            string reply = await AnswerAsync($"{route} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n");
            Assert.Matches("^HTTP/1.1 (403|421) ", reply);
            Assert.DoesNotContain("Access-Control-Allow-Origin", reply, StringComparison.OrdinalIgnoreCase);
        }
        string json = """{"key":"stole","value":"yes"}""";
        string sort = $"Content-Type: application/json\r\nContent-Length: {json.Length}\r\nConnection: close";
        string answer = await AnswerAsync($"POST /set HTTP/1.1\r\n{headers}\r\n{sort}\r\n\r\n{json}");
        Assert.Matches("^HTTP/1.1 (403|421) ", answer);
        await NothingWasStolenAsync();
    }

    [Fact]
    public async Task What_others_chose_is_never_markup_in_an_answer()
    {
        const string Script = "<script>alert(1)</script>";
        using RawClient client = await target.Node.ConnectAsync();
        Assert.Equal("+OK", await client.CallAsync("SET", Script, Script));
        Assert.Equal("+OK", await client.CallAsync("CLIENT", "SETNAME", Script));
        foreach (string path in new[] { "/", "/v1/stats", "/v1/cache", "/get?key=%3Cscript%3Ealert(1)%3C/script%3E" })
        {
            string reply = await AnswerAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            string head = reply[..reply.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
            bool isPage = head.Contains("text/html", StringComparison.OrdinalIgnoreCase);
            Assert.False(isPage && reply.Contains(Script, StringComparison.Ordinal), $"{path}: {head}");
        }
        Assert.Equal(":1", await client.CallAsync("DEL", Script));
    }

    [Fact]
    public async Task Tls_where_none_is_served_is_closed()
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
        Assert.DoesNotContain("+", await client.RestAsync());
        await target.UnharmedAsync();
    }

    private async Task NothingWasStolenAsync()
    {
        Assert.Equal("nil", await target.Bystander.CallAsync("GET", "stole"));
        await target.UnharmedAsync();
    }

    private async Task<string> AnswerAsync(string request)
    {
        using RawClient client = await target.Node.ConnectAsync();
        await client.SendAsync(request);
        return await client.RestAsync();
    }
}
