using System.Net;
using System.Net.Sockets;

using Xunit;

namespace Henge.Tests.Server.Client;

public sealed class KeyCommandsTests
{
    [Fact]
    public async Task A_value_comes_back_byte_for_byte()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        byte[] value = [0, 255, 13, 10, 36, 0];
        CapturedTerminal set = new() { Input = value };
        CapturedTerminal get = new();

        Assert.Equal(0, set.Run(["set", "key", "-", .. node.Flag]));
        Assert.Equal(0, get.Run(["get", "key", .. node.Flag]));

        Assert.Equal("OK\n", set.Out);
        Assert.Equal(value, get.Bytes);
    }

    [Fact]
    public async Task On_a_terminal_a_value_ends_its_line()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new() { IsTerminal = true };

        terminal.Run(["set", "key", "hello", .. node.Flag]);
        terminal.Run(["get", "key", .. node.Flag]);

        Assert.Equal("hello\n"u8.ToArray(), terminal.Bytes);
    }

    [Fact]
    public async Task A_missing_key_is_exit_code_1_and_a_line()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        foreach (string verb in new[] { "get", "ttl" })
        {
            CapturedTerminal terminal = new();
            Assert.Equal(1, terminal.Run([verb, "nothing", .. node.Flag]));
            Assert.Equal("henge: no such key: nothing\n", terminal.Error);
            Assert.Empty(terminal.Out);
        }
    }

    [Fact]
    public async Task A_ttl_is_set_and_shown()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();

        terminal.Run(["set", "a", "1", "--ttl", "1h", .. node.Flag]);
        terminal.Run(["set", "b", "1", .. node.Flag]);
        terminal.Run(["ttl", "a", .. node.Flag]);
        terminal.Run(["ttl", "b", .. node.Flag]);

        Assert.Matches(@"^OK\nOK\n3\d\d\d(\.\d+)?s\nnone\n$", terminal.Out);
    }

    [Fact]
    public async Task Deleting_says_how_many_and_fails_when_none_was_there()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new();

        terminal.Run(["set", "a", "1", .. node.Flag]);
        Assert.Equal(0, terminal.Run(["del", "a", "b", .. node.Flag]));
        Assert.Equal(1, terminal.Run(["del", "a", "b", .. node.Flag]));

        Assert.Equal("OK\n1 deleted\n0 deleted\n", terminal.Out);
    }

    [Fact]
    public async Task A_password_comes_from_a_file_or_the_environment()
    {
        await using RunningNode node = await RunningNode.StartAsync(password: "open sesame");
        using TemporaryFile file = new("open sesame\n");
        CapturedTerminal without = new();
        CapturedTerminal byFile = new();
        CapturedTerminal byEnvironment = new() { Environment = { ["HENGE_PASSWORD"] = "open sesame" } };
        CapturedTerminal wrong = new() { Environment = { ["HENGE_PASSWORD"] = "guess" } };

        Assert.Equal(1, without.Run(["set", "a", "1", .. node.Flag]));
        Assert.Contains("NOAUTH", without.Error);
        Assert.Contains("(give --password-file FILE or HENGE_PASSWORD)", without.Error);
        Assert.Equal(0, byFile.Run(["set", "a", "1", "--password-file", file.Path, .. node.Flag]));
        Assert.Equal(0, byEnvironment.Run(["set", "a", "1", .. node.Flag]));
        Assert.Equal(1, wrong.Run(["set", "a", "1", .. node.Flag]));
        Assert.Contains("WRONGPASS", wrong.Error);
        Assert.DoesNotContain("guess", wrong.Error);
    }

    [Fact]
    public async Task An_error_reply_is_one_line_and_exit_code_1()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        CapturedTerminal terminal = new() { Input = new byte[(1 << 20) + 1] };

        Assert.Equal(1, terminal.Run(["set", "a", "-", .. node.Flag]));
        Assert.Equal(1, terminal.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void A_node_that_is_not_there_is_said_in_one_line()
    {
        using Socket bound = new(SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)bound.LocalEndPoint!).Port;
        CapturedTerminal terminal = new();

        Assert.Equal(1, terminal.Run("get", "a", "--port", $"{port}"));
        Assert.Equal(
            $"henge: cannot reach 127.0.0.1:{port}: nobody listens there (`henge` starts a node)\n", terminal.Error);
    }
}
