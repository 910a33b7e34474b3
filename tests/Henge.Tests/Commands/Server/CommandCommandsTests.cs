using Henge.Tests.Sessions;

using Xunit;

namespace Henge.Tests.Commands.Server;

public sealed class CommandCommandsTests
{
    [Fact]
    public void Info_of_a_command_is_that_of_Redis()
    {
        using var client = new SessionHarness();

        Assert.Equal(
            "*2\r\n*10\r\n$3\r\nget\r\n:2\r\n*2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n"
            + "*3\r\n+@read\r\n+@string\r\n+@fast\r\n*0\r\n*1\r\n*6\r\n$5\r\nflags\r\n*2\r\n+RO\r\n+access\r\n"
            + "$12\r\nbegin_search\r\n*4\r\n$4\r\ntype\r\n$5\r\nindex\r\n$4\r\nspec\r\n*2\r\n$5\r\nindex\r\n:1\r\n"
            + "$9\r\nfind_keys\r\n*4\r\n$4\r\ntype\r\n$5\r\nrange\r\n$4\r\nspec\r\n*6\r\n$7\r\nlastkey\r\n:0\r\n"
            + "$7\r\nkeystep\r\n:1\r\n$5\r\nlimit\r\n:0\r\n*0\r\n$-1\r\n",
            client.Call("COMMAND", "INFO", "get", "nosuch"));
        Assert.StartsWith("*1\r\n*10\r\n$11\r\nclient|list\r\n:-2\r\n", client.Call("COMMAND", "INFO", "client|list"));
    }

    [Fact]
    public void Count_list_and_all_agree()
    {
        using var client = new SessionHarness();
        int count = client.Node.Commands.All.Count;

        Assert.Equal($":{count}\r\n", client.Call("COMMAND", "COUNT"));
        Assert.StartsWith($"*{count}\r\n", client.Call("COMMAND", "LIST"));
        Assert.StartsWith($"*{count}\r\n*10\r\n", client.Call("COMMAND"));
        Assert.StartsWith($"*{count}\r\n*10\r\n", client.Call("COMMAND", "INFO"));
        Assert.StartsWith($"*{2 * count}\r\n", client.Call("COMMAND", "DOCS"));
    }

    [Fact]
    public void List_filters()
    {
        using var client = new SessionHarness();

        Assert.Equal("*1\r\n$6\r\ngetdel\r\n", client.Call("COMMAND", "LIST", "FILTERBY", "PATTERN", "GETD*"));
        Assert.Equal("*0\r\n", client.Call("COMMAND", "LIST", "FILTERBY", "MODULE", "json"));
        Assert.Contains(
            "$5\r\nmulti\r\n", client.Call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "transaction"),
            StringComparison.Ordinal);
        Assert.Equal("-ERR syntax error\r\n", client.Call("COMMAND", "LIST", "FILTERBY", "foo", "bar"));
    }

    [Fact]
    public void Keys_of_a_call_are_found()
    {
        using var client = new SessionHarness();

        Assert.Equal("*1\r\n$1\r\na\r\n", client.Call("COMMAND", "GETKEYS", "set", "a", "1"));
        Assert.Equal("*2\r\n$1\r\na\r\n$1\r\nb\r\n", client.Call("COMMAND", "GETKEYS", "watch", "a", "b"));
        Assert.Equal(
            "*1\r\n*2\r\n$1\r\na\r\n*2\r\n+RW\r\n+update\r\n",
            client.Call("COMMAND", "GETKEYSANDFLAGS", "set", "a", "1"));
        Assert.Equal("-ERR The command has no key arguments\r\n", client.Call("COMMAND", "GETKEYS", "echo", "x"));
        Assert.Equal("-ERR Invalid command specified\r\n", client.Call("COMMAND", "GETKEYS", "nosuch", "x"));
        Assert.Equal(
            "-ERR Invalid number of arguments specified for command\r\n",
            client.Call("COMMAND", "GETKEYS", "get", "a", "b"));
    }

    [Fact]
    public void Every_row_is_documented_and_every_container_has_help_that_works()
    {
        using var client = new SessionHarness();
        foreach (Henge.Commands.Command command in client.Node.Commands.All)
        {
            Assert.NotEqual("", command.Summary);
            foreach (Henge.Commands.Command subcommand in command.Subcommands)
            {
                Assert.StartsWith(command.Name + "|", subcommand.Name, StringComparison.Ordinal);
                Assert.NotEqual("", subcommand.Summary);
            }
            bool hasHelp = command.Subcommands.Any(s => s.Name == command.Name + "|HELP");
            if (hasHelp && command.Name != "DEBUG")
            {
                Assert.Contains(
                    $"+{command.Name} <subcommand>", client.Call(command.Name, "HELP"),
                    StringComparison.Ordinal);
            }
        }
    }
}
