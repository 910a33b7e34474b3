namespace Henge.Tests.Commands.Differential;

/// <summary>
/// Draws commands over a few keys, with the odd numbers, options and mistakes that tell servers apart.
/// </summary>
internal sealed class CommandGenerator(Random random)
{
    private static readonly string[] s_keys = ["a", "b", "c", "{t}1", "\0\xff\r\n"];
    private static readonly string[] s_fields = ["f", "g", "h", "1", "", "long-field-name-of-some-length"];

    private static readonly string[] s_values =
    [
        "", "0", "1", "-1", "10", "007", " 1", "+1", "abc", "abcabcxyz", "3.0", "10.5", "1e3", "-0.1", "inf", "nan",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "\0\xff\r\nx",
        new('x', 70), new('y', 300),
    ];

    private static readonly string[] s_integers =
    [
        "0", "1", "-1", "2", "5", "-3", "10", "100", "-100", "9223372036854775807", "-9223372036854775808",
        "4294967296", "9223372036854775808", "x", "", "1.5", "01", "-0", " 1",
    ];

    private static readonly string[] s_floats =
    [
        "0", "1", "-1", "0.1", "10.5", "3.0", "1.000000000000000005", "5.0e3", "2.0e2", "-1e-5", "1e17", "1e20", "0.3",
        "1e-20", "123456789.123456789", "inf", "-inf", "nan", "x", "", "1e", ".5", "5.", "1e5000", "1e-6000", " 1",
    ];

    private static readonly string[] s_patterns = ["*", "?", "[ab]", "a*", "*t*", "\\a", "[^a]", "f*", "", "{t}*"];

    /// <summary>Names that the generator draws, so that a test can see that none is forgotten.</summary>
    public static IReadOnlyCollection<string> Names => s_drawers.Keys;

    private static readonly Dictionary<string, Func<CommandGenerator, string[]>> s_drawers = new()
    {
        ["GET"] = g => [g.Key],
        ["SET"] = g => g.WithOptions([g.Key, g.Value], 3, () => g.SetOption),
        ["SETNX"] = g => [g.Key, g.Value],
        ["SETEX"] = g => [g.Key, g.Seconds, g.Value],
        ["PSETEX"] = g => [g.Key, g.Seconds + "000", g.Value],
        ["GETSET"] = g => [g.Key, g.Value],
        ["GETDEL"] = g => [g.Key],
        ["GETEX"] = g => g.WithOptions([g.Key], 2, () => g.GetExOption),
        ["MGET"] = g => g.Repeat(() => [g.Key], 3),
        ["MSET"] = g => g.Repeat(() => [g.Key, g.Value], 3),
        ["MSETNX"] = g => g.Repeat(() => [g.Key, g.Value], 2),
        ["APPEND"] = g => [g.Key, g.Value],
        ["STRLEN"] = g => [g.Key],
        ["INCR"] = g => [g.Key],
        ["DECR"] = g => [g.Key],
        ["INCRBY"] = g => [g.Key, g.Integer],
        ["DECRBY"] = g => [g.Key, g.Integer],
        ["INCRBYFLOAT"] = g => [g.Key, g.Float],
        ["GETRANGE"] = g => [g.Key, g.Integer, g.Integer],
        ["SUBSTR"] = g => [g.Key, g.Integer, g.Integer],
        ["SETRANGE"] = g => [g.Key, g.Integer, g.Value],
        ["SETBIT"] = g => [g.Key, g.Integer, g.Pick("0", "1", "2", "x", "01")],
        ["GETBIT"] = g => [g.Key, g.Integer],
        ["BITCOUNT"] = g => g.Pick<string[]>(
            [g.Key], [g.Key, g.Integer, g.Integer], [g.Key, g.Integer, g.Integer, g.Pick("BIT", "BYTE", "bit", "x")]),
        ["LCS"] = g => g.WithOptions(
            [g.Key, g.Key], 3,
            () => g.Pick<string[]>(["LEN"], ["IDX"], ["WITHMATCHLEN"], ["MINMATCHLEN", g.Integer], ["x"])),
        ["DEL"] = g => g.Repeat(() => [g.Key], 2),
        ["UNLINK"] = g => g.Repeat(() => [g.Key], 2),
        ["EXISTS"] = g => g.Repeat(() => [g.Key], 4),
        ["TOUCH"] = g => g.Repeat(() => [g.Key], 3),
        ["TYPE"] = g => [g.Key],
        ["COPY"] = g => g.WithOptions(
            [g.Key, g.Key], 2, () => g.Pick<string[]>(["REPLACE"], ["DB", "0"], ["DB", "x"], ["DB", "99"], ["x"])),
        ["RENAME"] = g => [g.Key, g.Key],
        ["RENAMENX"] = g => [g.Key, g.Key],
        ["TTL"] = g => [g.Key],
        ["PTTL"] = g => [g.Key],
        ["EXPIRETIME"] = g => [g.Key],
        ["PEXPIRETIME"] = g => [g.Key],
        ["EXPIRE"] = g => g.WithOptions([g.Key, g.Seconds], 2, () => g.ExpireOption),
        ["PEXPIRE"] = g => g.WithOptions([g.Key, g.Seconds + "000"], 2, () => g.ExpireOption),
        ["EXPIREAT"] = g => g.WithOptions([g.Key, g.UnixSeconds], 2, () => g.ExpireOption),
        ["PEXPIREAT"] = g => g.WithOptions([g.Key, g.UnixSeconds + "000"], 2, () => g.ExpireOption),
        ["PERSIST"] = g => [g.Key],
        ["KEYS"] = g => [g.Pattern],
        ["SCAN"] = g => g.WithOptions(["0", "COUNT", "1000"], 2, () => g.ScanOption),
        ["RANDOMKEY"] = _ => [],
        ["DBSIZE"] = _ => [],
        ["FLUSHDB"] = g => g.Rarely() ? g.Pick<string[]>([], ["ASYNC"], ["SYNC"]) : ["x"],
        ["FLUSHALL"] = g => g.Rarely() ? g.Pick<string[]>([], ["async"], ["sync"]) : ["SYNC", "x"],
        ["OBJECT"] = g => [g.Pick("REFCOUNT", "FREQ", "IDLETIME", "x", "HELP"), g.Key],
        ["MEMORY"] = g => ["USAGE", g.Key, .. g.Pick<string[]>([], ["SAMPLES", g.Integer], ["x"])],
        ["HSET"] = g => [g.Key, .. g.Repeat(() => [g.Field, g.Value], 3)],
        ["HMSET"] = g => [g.Key, .. g.Repeat(() => [g.Field, g.Value], 3)],
        ["HSETNX"] = g => [g.Key, g.Field, g.Value],
        ["HGET"] = g => [g.Key, g.Field],
        ["HMGET"] = g => [g.Key, .. g.Repeat(() => [g.Field], 3)],
        ["HGETALL"] = g => [g.Key],
        ["HKEYS"] = g => [g.Key],
        ["HVALS"] = g => [g.Key],
        ["HLEN"] = g => [g.Key],
        ["HEXISTS"] = g => [g.Key, g.Field],
        ["HSTRLEN"] = g => [g.Key, g.Field],
        ["HDEL"] = g => [g.Key, .. g.Repeat(() => [g.Field], 2)],
        ["HINCRBY"] = g => [g.Key, g.Field, g.Integer],
        ["HINCRBYFLOAT"] = g => [g.Key, g.Field, g.Float],
        ["HSCAN"] = g => g.WithOptions([g.Key, g.Pick("0", "0", "x")], 2, () => g.ScanOption),
        ["HRANDFIELD"] = g => g.Pick<string[]>(
            [g.Key], [g.Key, g.Pick("0", "1", "100", "-1", "x", "-9223372036854775808")],
            [g.Key, g.Pick("1", "9223372036854775807"), g.Pick("WITHVALUES", "x")]),
    };

    private static readonly string[] s_names = [.. s_drawers.Keys];

    private string Key => Pick(s_keys);

    private string Field => Pick(s_fields);

    private string Value => Pick(s_values);

    private string Integer => Pick(s_integers);

    private string Float => Pick(s_floats);

    private string Pattern => Pick(s_patterns);

    /// <summary>Far enough away that nothing expires while a test runs.</summary>
    private string Seconds => Pick("1000", "2000", "3000", "0", "-5", "9223372036854775", "9223372036854775807", "x");

    private string UnixSeconds =>
        Pick("4000000000", "4000000001", "5000000000", "1", "0", "-7", "9223372036854775", "x");

    private string[] SetOption => Pick<string[]>(
        ["NX"], ["XX"], ["GET"], ["KEEPTTL"], ["EX", Seconds], ["PX", Seconds + "000"], ["EXAT", UnixSeconds],
        ["PXAT", UnixSeconds + "000"], ["nx"], ["EX"], ["bogus"]);

    private string[] GetExOption => Pick<string[]>(
        ["PERSIST"], ["EX", Seconds], ["PX", Seconds + "000"], ["EXAT", UnixSeconds], ["PXAT", UnixSeconds + "000"],
        ["KEEPTTL"], ["PX"], ["bogus"]);

    private string[] ExpireOption => Pick<string[]>(["NX"], ["XX"], ["GT"], ["LT"], ["gt"], ["bogus"]);

    private string[] ScanOption => Pick<string[]>(
        ["MATCH", Pattern], ["TYPE", Pick("string", "HASH", "zset")], ["COUNT", "1000"], ["COUNT", "0"], ["COUNT", "x"],
        ["bogus"]);

    /// <summary>The next command, name first.</summary>
    public string[] Next()
    {
        string name = Pick(s_names);
        string[] words = [random.Next(8) == 0 ? name.ToLowerInvariant() : name, .. s_drawers[name](this)];
        return random.Next(50) == 0 ? words[..random.Next(1, words.Length + 1)] : words;
    }

    private T Pick<T>(params T[] from) => from[random.Next(from.Length)];

    private bool Rarely() => random.Next(10) == 0;

    private string[] Repeat(Func<string[]> draw, int most)
    {
        var words = new List<string>();
        for (int i = random.Next(most) + 1; i > 0; i--)
        {
            words.AddRange(draw());
        }
        return [.. words];
    }

    private string[] WithOptions(string[] words, int most, Func<string[]> draw)
    {
        for (int i = random.Next(most + 1); i > 0; i--)
        {
            words = [.. words, .. draw()];
        }
        return words;
    }
}
