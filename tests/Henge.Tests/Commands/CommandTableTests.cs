using System.Text;

using Henge.Commands;
using Henge.Tests.Tidy;

using Xunit;

namespace Henge.Tests.Commands;

public sealed class CommandTableTests
{
    private readonly CommandTable _table = new();

    [Fact]
    public void Every_command_is_found_in_any_case()
    {
        foreach (Command command in _table.All)
        {
            Assert.Same(command, _table.Find(Encoding.ASCII.GetBytes(command.Name)));
            Assert.Same(command, _table.Find(Encoding.ASCII.GetBytes(command.Name.ToLowerInvariant())));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("GE")]
    [InlineData("GETT")]
    [InlineData("GETRANGEGETRANGEGETRANGE")]
    [InlineData("G\0T")]
    [InlineData("\u0007ET")]
    public void Other_names_are_not_found(string name) => Assert.Null(_table.Find(Encoding.Latin1.GetBytes(name)));

    [Fact]
    public void A_name_with_one_byte_changed_is_not_found()
    {
        foreach (Command command in _table.All)
        {
            byte[] name = Encoding.ASCII.GetBytes(command.Name);
            for (int i = 0; i < name.Length; i++)
            {
                byte kept = name[i];
                name[i] = (byte)'9';
                Assert.Null(_table.Find(name));
                name[i] = kept;
            }
        }
    }

    [Fact]
    public void Rows_are_consistent()
    {
        foreach (Command command in _table.All)
        {
            Assert.NotEqual(0, command.Arity);
            Assert.NotEmpty(command.Summary);
            Assert.Equal(command.FirstKey == 0, command.KeyStep == 0);
            Assert.True(command.FirstKey < command.Arity || command.Arity < 0 || command.FirstKey == 0, command.Name);
        }
    }

    [Fact]
    public void The_documentation_lists_each_command_and_no_other()
    {
        IEnumerable<string> documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "commands.md"))
            .TakeWhile(line => line != "## Differences")
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|')[1].Trim())
            .Where(name => name != "Command");
        Assert.Equal(_table.All.Select(command => command.Name).Order(), documented.Order());
    }

    [Fact]
    public void Two_commands_of_one_name_are_refused()
    {
        Command[] twice = [.. _table.All.Take(1), .. _table.All.Take(1)];
        Assert.Throws<ArgumentException>(() => new CommandTable(twice));
    }

    [Fact]
    public void Finding_allocates_nothing()
    {
        _table.Find("getdel"u8);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            _table.Find("getdel"u8);
            _table.Find("get"u8);
            _table.Find("nothing"u8);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
