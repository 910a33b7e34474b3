using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Commands;

/// <summary>What the comparison with Redis cannot show: newer options, bounds of ours, and whole scans.</summary>
public sealed class DataCommandTests : IDisposable
{
    private readonly SessionHarness _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public void Set_ifeq_sets_only_over_the_value_given()
    {
        Assert.Equal("$-1\r\n", _client.Call("SET", "k", "new", "IFEQ", "old"));
        _client.Call("SET", "k", "old");
        Assert.Equal("$-1\r\n", _client.Call("SET", "k", "new", "IFEQ", "other"));
        Assert.Equal("$3\r\nold\r\n", _client.Call("SET", "k", "new", "IFEQ", "other", "GET"));
        Assert.Equal("+OK\r\n", _client.Call("SET", "k", "new", "IFEQ", "old"));
        Assert.Equal("$3\r\nnew\r\n", _client.Call("GET", "k"));
        Assert.Equal("-ERR syntax error\r\n", _client.Call("SET", "k", "v", "IFEQ", "a", "NX"));
        _client.Call("HSET", "h", "f", "v");
        Assert.StartsWith("-WRONGTYPE", _client.Call("SET", "h", "v", "IFEQ", "a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SETRANGE", "4294967296")]
    [InlineData("SETRANGE", "9223372036854775807")]
    [InlineData("SETRANGE", "67108864")]
    public void A_string_does_not_grow_past_the_longest_value(string command, string offset) =>
        Assert.Equal(
            "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n",
            _client.Call(command, "k", offset, "x"));

    [Theory]
    [InlineData("4294967296")]
    [InlineData("9223372036854775807")]
    [InlineData("-1")]
    public void A_bit_does_not_lie_past_the_longest_value(string offset) =>
        Assert.Equal(
            "-ERR bit offset is not an integer or out of range\r\n", _client.Call("SETBIT", "k", offset, "1"));

    [Fact]
    public void A_key_longer_than_64_kib_is_refused_on_writing_and_missing_on_reading()
    {
        string key = new('k', 65537);
        const string Refused = "-ERR key exceeds maximum allowed size (65536 bytes)\r\n";
        Assert.Equal(Refused, _client.Call("SET", key, "v"));
        Assert.Equal(Refused, _client.Call("MSET", "a", "1", key, "v"));
        Assert.Equal(Refused, _client.Call("HSET", key, "f", "v"));
        Assert.Equal(Refused, _client.Call("INCR", key));
        Assert.Equal("$-1\r\n", _client.Call("GET", key));
        Assert.Equal(":0\r\n", _client.Call("EXISTS", "a"));
    }

    [Fact]
    public void A_reply_that_the_connection_could_not_take_is_an_error()
    {
        _client.Call("SET", "k", new string('v', 8 << 20));
        string reply = _client.Call(["MGET", .. Enumerable.Repeat("k", 20)]);
        Assert.StartsWith("-ERR reply exceeds the output limit", reply, StringComparison.Ordinal);
        Assert.Equal("+OK\r\n", _client.Call("SET", "k", "v"));
    }

    [Fact]
    public void A_scan_in_steps_names_every_key_once()
    {
        for (int i = 0; i < 1000; i++)
        {
            _client.Call("SET", $"key:{i}", "v");
        }
        var keys = new List<string>();
        string cursor = "0";
        do
        {
            string[] lines = _client.Call("SCAN", cursor, "COUNT", "50", "MATCH", "key:*").Split("\r\n");
            cursor = lines[2];
            keys.AddRange(lines.Where(line => line.StartsWith("key:", StringComparison.Ordinal)));
        }
        while (cursor != "0");
        Assert.Equal(1000, keys.Distinct().Count());
        Assert.Equal(1000, keys.Count);
        Assert.StartsWith("*1000\r\n", _client.Call("KEYS", "*"), StringComparison.Ordinal);
    }

    [Fact]
    public void Lcs_answers_as_documented()
    {
        _client.Call("MSET", "key1", "ohmytext", "key2", "mynewtext");
        Assert.Equal("$6\r\nmytext\r\n", _client.Call("LCS", "key1", "key2"));
        Assert.Equal(":6\r\n", _client.Call("LCS", "key1", "key2", "LEN"));
        Assert.Equal(
            "*4\r\n$7\r\nmatches\r\n*1\r\n*3\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n:4\r\n$3\r\nlen\r\n:6\r\n",
            _client.Call("LCS", "key1", "key2", "IDX", "MINMATCHLEN", "4", "WITHMATCHLEN"));
        _client.Call("SETRANGE", "key1", "10000", "x");
        Assert.Contains("Insufficient memory", _client.Call("LCS", "key1", "key1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_in_place_keep_the_expiry_and_replacing_drops_it()
    {
        _client.Call("SET", "k", "1", "EX", "100");
        _client.Call("INCR", "k");
        _client.Call("APPEND", "k", "0");
        _client.Call("SETRANGE", "k", "0", "9");
        Assert.Equal(":100\r\n", _client.Call("TTL", "k"));
        _client.Call("SET", "k", "1");
        Assert.Equal(":-1\r\n", _client.Call("TTL", "k"));
        _client.Call("HSET", "h", "f", "1");
        _client.Call("EXPIRE", "h", "100");
        _client.Call("HINCRBY", "h", "f", "1");
        Assert.Equal(":100\r\n", _client.Call("TTL", "h"));
        _client.NowMs += 100_000;
        Assert.Equal("*0\r\n", _client.Call("HGETALL", "h"));
    }

    [Fact]
    public void A_large_hash_works_through_every_command()
    {
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal(":1\r\n", _client.Call("HSET", "h", $"f{i}", $"{i}"));
        }
        Assert.Equal("$9\r\nhashtable\r\n", _client.Call("OBJECT", "ENCODING", "h"));
        Assert.Equal(":2000\r\n", _client.Call("HLEN", "h"));
        Assert.Equal(":1042\r\n", _client.Call("HINCRBY", "h", "f1000", "42"));
        Assert.Equal("+OK\r\n", _client.Call("RENAME", "h", "g"));
        Assert.Equal(":1\r\n", _client.Call("COPY", "g", "h"));
        Assert.Equal("$4\r\n1042\r\n", _client.Call("HGET", "h", "f1000"));
        Assert.StartsWith("*2000\r\n", _client.Call("HKEYS", "h"), StringComparison.Ordinal);
        Assert.StartsWith("*3000\r\n", _client.Call("HRANDFIELD", "h", "1500", "WITHVALUES"), StringComparison.Ordinal);
        string[] few = _client.Call("HRANDFIELD", "h", "20").Split("\r\n");
        Assert.Equal(20, few.Where(line => line.StartsWith('f')).Distinct().Count());
        Assert.StartsWith("*50\r\n", _client.Call("HRANDFIELD", "h", "-50"), StringComparison.Ordinal);
        Assert.Equal(":2\r\n", _client.Call("HDEL", "h", "f0", "f1", "none"));
        Assert.Equal(":1998\r\n", _client.Call("HLEN", "h"));
    }

    [Fact]
    public void Hscan_without_values_names_fields_alone()
    {
        _client.Call("HSET", "h", "a", "1", "b", "2");
        Assert.Equal("*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", _client.Call("HSCAN", "h", "0", "NOVALUES"));
    }
}
