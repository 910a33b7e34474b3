using System.Text;

using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Commands.Differential;

/// <summary>
/// Random commands get the replies that a real Redis gives, byte for byte but for the known differences.
/// </summary>
public sealed class DifferentialTests
{
    private const int Steps = 4000;

    [Theory]
    [InlineData(1, "2")]
    [InlineData(2, "3")]
    [InlineData(3, "2")]
    [InlineData(4, "3")]
    [InlineData(23, "3")]
    [InlineData(31, "3")]
    public void Random_commands_are_answered_as_by_redis(int seed, string dialect)
    {
        Assert.SkipUnless(RedisOracle.IsInstalled, "redis-server is not installed");
        using var redis = new RedisOracle();
        using var henge = new SessionHarness();
        redis.Call("HELLO", dialect);
        henge.Call("HELLO", dialect);
        var generator = new CommandGenerator(new Random(seed));
        var history = new Queue<string>();
        for (int step = 0; step < Steps; step++)
        {
            string[] words = generator.Next();
            string expected = redis.Call(words);
            henge.NowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            string actual = henge.Call(words);
            history.Enqueue($"{Show(string.Join(' ', words))} -> {Show(expected)}");
            if (history.Count > 40)
            {
                history.Dequeue();
            }
            if (!IsSame(words, expected, actual))
            {
                Assert.Fail($"seed {seed}, step {step}: Henge says {Show(actual)}\n{string.Join('\n', history)}");
            }
        }
    }

    [Fact]
    public void Every_data_command_is_drawn()
    {
        using var henge = new SessionHarness();
        IEnumerable<string> data = henge.Node.Commands.All
            .Where(command => command.Group is "string" or "bitmap" or "hash" or "generic" && command.Name != "WAIT")
            .Select(command => command.Name);
        Assert.Empty(data.Except(CommandGenerator.Names));
    }

    private static bool IsSame(string[] words, string expected, string actual)
    {
        words = [words[0].ToUpperInvariant(), .. words[1..]];
        if (words[0] is "KEYS" or "SCAN" or "HKEYS" or "HVALS" or "HGETALL" or "HSCAN")
        {
            expected = Sorted(expected);
            actual = Sorted(actual);
        }
        return expected == actual || KnownDifference.All.Any(known => known.Applies(words, expected, actual));
    }

    private static string Sorted(string reply) => string.Join('\n', reply.Split("\r\n").Order(StringComparer.Ordinal));

    private static string Show(string text)
    {
        var shown = new StringBuilder();
        foreach (char c in text.Length > 500 ? text[..500] : text)
        {
            shown.Append(c is >= ' ' and < (char)0x7F ? c.ToString() : $"\\x{(int)c:x2}");
        }
        return shown.ToString();
    }
}
