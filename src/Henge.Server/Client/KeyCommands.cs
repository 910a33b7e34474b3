using System.Globalization;
using System.Text;

using Henge.Protocol.Replies;
using Henge.Server.CommandLine;
using Henge.Server.Display;

namespace Henge.Server.Client;

/// <summary>
/// <c>henge get</c>, <c>set</c>, <c>del</c> and <c>ttl</c>: one question to a node, for people and scripts.
/// </summary>
internal static class KeyCommands
{
    private static readonly CommandOption _ttl = new()
    {
        Name = "ttl",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Minimum = 1,
        FlagOnly = true,
        DefaultWords = "the entry stays",
        Help = "Let the entry expire after so long.",
    };

    private static readonly IReadOnlyList<CommandOption> _setOptions = [_ttl, .. ClientOptions.All];

    /// <summary>How the command line sees them.</summary>
    public static IReadOnlyList<Subcommand> Subcommands { get; } =
    [
        new Subcommand
        {
            Name = "get",
            Summary = "print the value of a key",
            Usage = [("henge get KEY", "print a value; exit code 1 on a miss")],
            Options = ClientOptions.All,
            Run = (arguments, terminal) => Run(arguments, terminal, ClientOptions.All, 1, 1, "get KEY", Get),
            Notes = ["The bytes are written as they are. Only to a terminal a line end is added."],
        },
        new Subcommand
        {
            Name = "set",
            Summary = "set a key",
            Usage = [("henge set KEY VALUE|-", "set a value; - reads it from standard input")],
            Options = _setOptions,
            Run = (arguments, terminal) => Run(arguments, terminal, _setOptions, 2, 2, "set KEY VALUE", Set),
            Notes = ["A key or value that begins with a dash stands after --, as in henge set -- -key -value."],
        },
        new Subcommand
        {
            Name = "del",
            Summary = "delete keys",
            Usage = [("henge del KEY…", "delete keys; exit code 1 when none was there")],
            Options = ClientOptions.All,
            Run = (arguments, terminal) =>
                Run(arguments, terminal, ClientOptions.All, 1, int.MaxValue, "del KEY…", Delete),
        },
        new Subcommand
        {
            Name = "ttl",
            Summary = "print how long a key has left",
            Usage = [("henge ttl KEY", "print the time left, or none; exit code 1 on a miss")],
            Options = ClientOptions.All,
            Run = (arguments, terminal) => Run(arguments, terminal, ClientOptions.All, 1, 1, "ttl KEY", Ttl),
        },
    ];

    private static int Run(
        ParsedArguments arguments,
        Terminal terminal,
        IReadOnlyList<CommandOption> options,
        int fewest,
        int most,
        string form,
        Func<NodeConnection, IReadOnlyList<string>, OptionValues, Terminal, int> ask)
    {
        OptionValues values = new(options, arguments.Flags, terminal.Environment);
        if (arguments.Operands.Count < fewest || arguments.Operands.Count > most)
        {
            throw new UsageException($"expected `henge {form}`; `henge {form.Split(' ')[0]} --help` says more");
        }
        using NodeConnection connection = NodeConnection.Connect(ClientOptions.Target(values, terminal));
        return ask(connection, arguments.Operands, values, terminal);
    }

    private static int Get(
        NodeConnection connection, IReadOnlyList<string> operands, OptionValues values, Terminal terminal)
    {
        RespValue reply = connection.Ask("GET"u8.ToArray(), Bytes(operands[0]));
        if (reply.IsNull)
        {
            return Missing(operands[0], terminal);
        }
        using Stream output = terminal.OpenOutput();
        output.Write(reply.Bytes);
        if (terminal.IsTerminal && !reply.Bytes.AsSpan().EndsWith("\n"u8))
        {
            output.WriteByte((byte)'\n');
        }
        return ExitCode.Ok;
    }

    private static int Set(
        NodeConnection connection, IReadOnlyList<string> operands, OptionValues values, Terminal terminal)
    {
        byte[] value = operands[1] == "-" ? ReadAll(terminal) : Bytes(operands[1]);
        if (values.IsGiven(_ttl))
        {
            long milliseconds = (long)values.Time(_ttl).TotalMilliseconds;
            byte[] px = Bytes(milliseconds.ToString(CultureInfo.InvariantCulture));
            connection.Ask("SET"u8.ToArray(), Bytes(operands[0]), value, "PX"u8.ToArray(), px);
        }
        else
        {
            connection.Ask("SET"u8.ToArray(), Bytes(operands[0]), value);
        }
        terminal.Out.WriteLine("OK");
        return ExitCode.Ok;
    }

    private static int Delete(
        NodeConnection connection, IReadOnlyList<string> operands, OptionValues values, Terminal terminal)
    {
        long deleted = connection.Ask(["DEL"u8.ToArray(), .. operands.Select(Bytes)]).Integer;
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{deleted} deleted"));
        return deleted > 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static int Ttl(
        NodeConnection connection, IReadOnlyList<string> operands, OptionValues values, Terminal terminal)
    {
        long milliseconds = connection.Ask("PTTL"u8.ToArray(), Bytes(operands[0])).Integer;
        if (milliseconds == -2)
        {
            return Missing(operands[0], terminal);
        }
        string left = milliseconds < 0
            ? "none"
            : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:0.###}s");
        terminal.Out.WriteLine(left);
        return ExitCode.Ok;
    }

    private static int Missing(string key, Terminal terminal)
    {
        terminal.Error.WriteLine($"henge: no such key: {key}");
        return ExitCode.Failed;
    }

    private static byte[] ReadAll(Terminal terminal)
    {
        using Stream input = terminal.OpenInput();
        using MemoryStream bytes = new();
        input.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
