using Henge.Server.CommandLine;
using Henge.Server.Serve;

using Xunit;

namespace Henge.Tests.Server.CommandLine;

public sealed class OptionValuesTests
{
    private readonly Dictionary<string, string> _environment = [];

    [Fact]
    public void A_flag_goes_before_the_environment_before_the_file_before_the_default()
    {
        using TemporaryFile file = new("{ \"port\": 3, \"loops\": 3, \"shards\": 4, /* why */ \"name\": \"n\", }");
        _environment["HENGE_PORT"] = "2";
        _environment["HENGE_LOOPS"] = "2";

        OptionValues values = Read("--config", file.Path, "--port", "1");

        Assert.Equal(1, values.Integer(ServeOptions.Port));
        Assert.Equal(2, values.Integer(ServeOptions.Loops));
        Assert.Equal(4, values.Integer(ServeOptions.Shards));
        Assert.Equal("n", values.Text(ServeOptions.Name));
        Assert.Equal(128, values.Integer(ServeOptions.SlowLogMaxLen));
    }

    [Fact]
    public void The_file_itself_may_come_from_the_environment()
    {
        using TemporaryFile file = new("{ \"max-entries\": 5, \"insecure\": true, \"peers\": [\"a:1\", \"b:2\"] }");
        _environment["HENGE_CONFIG"] = file.Path;

        OptionValues values = Read();

        Assert.Equal(5, values.Integer(ServeOptions.MaxEntries));
        Assert.True(values.Switch(ServeOptions.Insecure));
        Assert.Equal(["a:1", "b:2"], values.List(RingOptions.Peers));
    }

    [Theory]
    [InlineData("-port=8000")]
    [InlineData("-port 8000")]
    [InlineData("--port=8000")]
    [InlineData("--port 8000")]
    [InlineData("--port 1 --port 8000")]
    public void One_dash_or_two_a_space_or_an_equals_sign_all_mean_the_same(string line) =>
        Assert.Equal(8000, Read(line.Split(' ')).Integer(ServeOptions.Port));

    [Fact]
    public void Every_option_has_its_single_dash_form()
    {
        Subcommand serve = ServeCommand.Subcommand;
        foreach (CommandOption option in ServeOptions.All.Where(option => !option.IsSecret))
        {
            ParsedArguments parsed = ArgumentParser.Parse([$"-{option.Name}=x"], serve);
            Assert.Equal("x", parsed.Flags[option]);
        }
    }

    [Fact]
    public void A_switch_takes_no_word_after_it()
    {
        ParsedArguments parsed = ArgumentParser.Parse(["--insecure", "word"], ServeCommand.Subcommand);

        Assert.Equal(["word"], parsed.Operands);
        Assert.Equal("on", parsed.Flags[ServeOptions.Insecure]);
    }

    [Fact]
    public void What_follows_two_dashes_is_no_option()
    {
        ParsedArguments parsed = ArgumentParser.Parse(["-", "-5", "--", "--port", "-x"], ServeCommand.Subcommand);

        Assert.Equal(["-", "-5", "--port", "-x"], parsed.Operands);
    }

    [Fact]
    public void A_known_alias_is_the_option() =>
        Assert.Equal(7, Read("--maxclients", "7").Integer(ServeOptions.MaxClients));

    [Fact]
    public void The_port_that_kubernetes_sets_for_a_service_is_not_ours()
    {
        _environment["HENGE_PORT"] = "tcp://10.0.0.1:7400";

        Assert.Equal(7400, Read().Integer(ServeOptions.Port));
    }

    [Fact]
    public void Names_of_options_are_different_in_every_dialect()
    {
        Assert.Equal(ServeOptions.All.Count, ServeOptions.All.Select(o => o.Name).Distinct().Count());
        Assert.Equal(ServeOptions.All.Count, ServeOptions.All.Select(o => o.EnvironmentName).Distinct().Count());
        Assert.Equal(ServeOptions.All.Count, ServeOptions.All.Select(o => o.JsonName).Distinct().Count());
    }

    [Fact]
    public void Every_default_is_legal()
    {
        foreach (CommandOption option in Henge.Server.HengeCommand.Subcommands.SelectMany(s => s.Options))
        {
            Assert.True(option.Default is null || option.Check(option.Default) is null, option.Name);
        }
    }

    private OptionValues Read(params string[] arguments) => new(
        ServeOptions.All,
        ArgumentParser.Parse(arguments, ServeCommand.Subcommand).Flags,
        _environment.GetValueOrDefault,
        ServeOptions.Config);
}
