using Xunit;

namespace Henge.Tests.Server;

/// <summary>Every usage and configuration error is one line that says how to mend it, with exit code 2.</summary>
public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("--prot=80", "unknown option --prot: did you mean --port? `henge --help` lists them all")]
    [InlineData("-maxentries=80", "unknown option -maxentries: did you mean --max-entries? "
        + "`henge --help` lists them all")]
    [InlineData("--tls-certs=x", "unknown option --tls-certs: did you mean --tls-cert? `henge --help` lists them all")]
    [InlineData("--tls-cert=x", "TLS takes a certificate and its key: give both --tls-cert and --tls-key")]
    [InlineData("--tls-plain", "--tls-client-ca and --tls-plain are about TLS: give --tls-cert and --tls-key too")]
    [InlineData("--tls-cert=x --tls-key=y", "--tls-cert x: no such file")]
    [InlineData("--discovery=x", "discovery 'x': write dns:NAME[:port], or etcd:http://host:port/prefix")]
    [InlineData("--discover=x", "unknown option --discover: did you mean --discovery? `henge --help` lists them all")]
    [InlineData("--port", "--port needs a value, as in --port 7400")]
    [InlineData("--port --insecure", "--port needs a value, as in --port 7400")]
    [InlineData("--port 70000", "--port 70000: expected a whole number from 0 to 65535")]
    [InlineData("--port=-1", "--port -1: expected a whole number from 0 to 65535")]
    [InlineData("--port=", "--port : expected a whole number from 0 to 65535")]
    [InlineData("--memory=1kb", "--memory 1kb: expected a size of 8 MiB or more, such as 512mb or 2gb, or a "
        + "share of the memory there is such as 50%")]
    [InlineData("--memory=120%", "--memory 120%: expected a size of 8 MiB or more, such as 512mb or 2gb, or a "
        + "share of the memory there is such as 50%")]
    [InlineData("--max-value=1gb", "--max-value 1gb: expected a size from 1 KiB to 512 MiB, such as "
        + "512mb, 2gb or 64MiB")]
    [InlineData("--eviction=fifo", "--eviction fifo: expected lru, s3fifo or tinylfu")]
    [InlineData("--idle-timeout=10", "--idle-timeout 10: expected a time such as 30s or 1500ms (0 turns it off)")]
    [InlineData("--stop-timeout=0", "--stop-timeout 0: expected a time such as 30s or 1500ms, 1ms or more")]
    [InlineData("--insecure=maybe", "--insecure maybe: expected on or off")]
    [InlineData("--peers=localhost", "peer localhost: it has no port; write localhost:7400")]
    [InlineData("--peers=::1:8000x", "peer ::1:8000x: an IPv6 address stands in brackets; write [::1]:8000x")]
    [InlineData("--peers=localhost:0", "peer localhost:0: '0' is no port; give one from 1 to 65535")]
    [InlineData("--peers=a/b:1", "peer a/b:1: 'a/b' is no host name or address; write it as host:port, such as "
        + "localhost:7401")]
    [InlineData("--bind=example.org", "bind example.org: expected an address of this machine, such as 127.0.0.1, or * "
        + "for every one")]
    [InlineData("--password=x", "--password is no argument, since every process can list those: use --password-file or "
        + "HENGE_PASSWORD")]
    [InlineData("--password-file=/no/such/file", "--password-file /no/such/file: no such file")]
    [InlineData("--config=/no/such/file", "--config /no/such/file: no such file")]
    [InlineData("--config=/", "--config /: is a directory; name a file")]
    [InlineData("serve now", "unexpected argument now: options begin with a dash, as in --port 8000")]
    [InlineData("sttus", "unknown subcommand sttus: did you mean `henge status`? `henge --help` lists them all")]
    [InlineData("frobnicate", "unknown subcommand frobnicate: `henge --help` lists them all")]
    [InlineData("get", "expected `henge get KEY`; `henge get --help` says more")]
    [InlineData("get a b", "expected `henge get KEY`; `henge get --help` says more")]
    [InlineData("set a", "expected `henge set KEY VALUE`; `henge set --help` says more")]
    [InlineData("set a b --tll 3s", "unknown option --tll: did you mean --ttl? `henge set --help` lists them all")]
    [InlineData("get a --node nowhere", "--node nowhere: it has no port; write nowhere:7400")]
    [InlineData("bench --ratio 9", "--ratio 9: expected two numbers such as 9:1")]
    [InlineData("bench --ratio 0:0", "--ratio 0:0: expected two numbers such as 9:1")]
    [InlineData("bench --requests 5 --duration 1s", "--requests and --duration both bound the run: give one of them")]
    [InlineData("bench --pipeline 100 --size 64kb", "--pipeline 100 with values of --size 64 KiB is more than a "
        + "connection buffers: give --pipeline 15 or less")]
    public void Each_error_is_one_line_and_exit_code_2(string line, string expected)
    {
        CapturedTerminal terminal = new();

        int code = terminal.Run(line.Split(' '));

        Assert.Equal($"henge: {expected}{Environment.NewLine}", terminal.Error);
        Assert.Equal(2, code);
        Assert.Empty(terminal.Out);
    }

    [Fact]
    public void An_error_in_the_environment_names_the_variable()
    {
        CapturedTerminal terminal = new() { Environment = { ["HENGE_MAX_CLIENTS"] = "none" } };

        Assert.Equal(2, terminal.Run("serve"));
        Assert.Contains("HENGE_MAX_CLIENTS=none: expected a whole number from 1 to 1000000", terminal.Error);
    }

    [Fact]
    public void A_secret_that_is_wrong_is_not_shown()
    {
        using TemporaryFile file = new("\nsecond line\n");
        CapturedTerminal terminal = new();

        Assert.Equal(2, terminal.Run("--password-file", file.Path));
        Assert.Contains("its first line is empty", terminal.Error);
        Assert.DoesNotContain("second", terminal.Error);
    }

    [Theory]
    [InlineData("{ \"prot\": 1 }", "unknown name \"prot\": did you mean \"port\"?")]
    [InlineData("{ \"password\": \"x\" }", "unknown name \"password\": did you mean \"passwordFile\"?")]
    [InlineData("{ \"port\": 1.5 }", "\"port\": 1.5: expected a whole number from 0 to 65535")]
    [InlineData("{ \"port\": {} }", "\"port\": expected a text, a number or true or false")]
    [InlineData("[]", "expected one object, such as { \"port\": 7400 }")]
    [InlineData("{ \"port\": 1", "not valid JSON at line 1, byte 12")]
    public void An_error_in_a_file_names_the_file_and_the_place(string json, string expected)
    {
        using TemporaryFile file = new(json);
        CapturedTerminal terminal = new();

        Assert.Equal(2, terminal.Run("--config", file.Path));
        Assert.StartsWith($"henge: --config {file.Path}: {expected}", terminal.Error);
        Assert.Equal(terminal.Error.Length - Environment.NewLine.Length, terminal.Error.IndexOf('\n'));
    }

    [Fact]
    public void A_node_off_loopback_needs_a_password()
    {
        CapturedTerminal terminal = new();

        Assert.Equal(2, terminal.Run("--bind", "0.0.0.0"));
        Assert.Contains("0.0.0.0 is reachable from other machines and no password is set", terminal.Error);
    }
}
