using System.Text.RegularExpressions;

using Henge.AspNetCore.Routes;
using Henge.Server.Serve;

using Xunit;

namespace Henge.Tests.Tidy;

/// <summary>What is in deploy/ names options, paths and the port as the code does.</summary>
public sealed partial class DeploymentTests
{
    private static readonly string[] s_files =
    [
        "deploy/kubernetes/henge.yaml",
        "deploy/helm/henge/templates/statefulset.yaml",
        "deploy/systemd/henge.service",
        "deploy/container/Containerfile",
    ];

    public static TheoryData<string> Files => [.. s_files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Options_are_those_of_the_command_line(string path)
    {
        string[] known = [.. ServeOptions.All.Where(static option => !option.IsSecret).Select(static o => o.Flag)];
        string[] flags = [.. Argument().Matches(Read(path)).Select(static match => match.Groups[1].Value)];
        Assert.Empty(flags.Except(known));
        Assert.True(flags.Length > 0 || !path.EndsWith(".yaml", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Variables_are_those_of_options(string path)
    {
        string[] known = [.. ServeOptions.All.Select(static option => option.EnvironmentName)];
        Assert.Empty(Variable().Matches(Read(path)).Select(static match => match.Value).Except(known));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Paths_are_served_and_the_port_is_the_default_one(string path)
    {
        string text = Read(path);
        string[] routes = [.. HttpRoute.All.Select(static route => route.Template)];
        Assert.Empty(ProbePath().Matches(text).Select(static match => match.Groups[1].Value).Except(routes));
        Assert.All(
            Port().Matches(text), match => Assert.Equal($"{HengeOptions.DefaultPort}", match.Groups[1].Value));
    }

    [Fact]
    public void Those_who_stop_a_node_wait_as_long_as_it_may_take()
    {
        var defaults = new HengeOptions();
        TimeSpan needed = defaults.LeaveTimeout + defaults.Limits.StopTimeout;
        string unit = Read("deploy/systemd/henge.service");
        Assert.True(
            TimeSpan.FromSeconds(int.Parse(StopLimit().Match(unit).Groups[1].Value, provider: null)) > needed);
        string pods = Read("deploy/kubernetes/henge.yaml");
        Assert.True(TimeSpan.FromSeconds(int.Parse(Grace().Match(pods).Groups[1].Value, provider: null)) > needed);
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    [GeneratedRegex(@"^\s*(?:- |ExecStart=.* )(--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Argument();

    [GeneratedRegex(@"\bHENGE_[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"path: (/[a-z]+)")]
    private static partial Regex ProbePath();

    [GeneratedRegex(@"(?:EXPOSE |containerPort: |\bport: |prometheus.io/port: "")([0-9]+)")]
    private static partial Regex Port();

    [GeneratedRegex(@"^TimeoutStopSec=([0-9]+)s", RegexOptions.Multiline)]
    private static partial Regex StopLimit();

    [GeneratedRegex(@"terminationGracePeriodSeconds: ([0-9]+)")]
    private static partial Regex Grace();
}
