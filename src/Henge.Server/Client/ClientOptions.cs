using Henge.Server.CommandLine;
using Henge.Server.Display;
using Henge.Server.Serve;

namespace Henge.Server.Client;

/// <summary>The options of every subcommand that talks to a node: where it is and how to get in.</summary>
internal static class ClientOptions
{
    /// <summary>--node</summary>
    public static readonly CommandOption Node = new()
    {
        Name = "node",
        Kind = OptionKind.Text,
        ValueName = "HOST:PORT",
        Help = "The node to ask; goes before --host and --port.",
    };

    /// <summary>--host</summary>
    public static readonly CommandOption Host = new()
    {
        Name = "host",
        Kind = OptionKind.Text,
        ValueName = "HOST",
        Default = "127.0.0.1",
        Help = "The node's host.",
    };

    /// <summary>--port</summary>
    public static readonly CommandOption Port = new()
    {
        Name = "port",
        Kind = OptionKind.Integer,
        ValueName = "PORT",
        Default = "7400",
        Minimum = 1,
        Maximum = 65535,
        Help = "The node's port.",
    };

    /// <summary>--user</summary>
    public static readonly CommandOption User = new()
    {
        Name = "user",
        Kind = OptionKind.Text,
        ValueName = "NAME",
        DefaultWords = "the default user",
        Help = "Who to log in as. Where neither file nor environment has the password, a terminal asks for it.",
    };

    /// <summary>--password-file</summary>
    public static readonly CommandOption PasswordFile = new()
    {
        Name = "password-file",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        Help = "File whose first line is the password.",
    };

    /// <summary>HENGE_PASSWORD</summary>
    public static readonly CommandOption Password = new()
    {
        Name = "password",
        Kind = OptionKind.Text,
        IsSecret = true,
        Help = "The password, from the environment alone.",
    };

    /// <summary>--tls</summary>
    public static readonly CommandOption Tls = new()
    {
        Name = "tls",
        Kind = OptionKind.Switch,
        Help = "Speak TLS.",
    };

    /// <summary>--tls-ca</summary>
    public static readonly CommandOption TlsCa = new()
    {
        Name = "tls-ca",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        DefaultWords = "those of the system",
        Help = "Authorities in PEM, one of which has signed the node's certificate; means --tls too.",
    };

    /// <summary>--tls-cert</summary>
    public static readonly CommandOption TlsCert = new()
    {
        Name = "tls-cert",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        FlagOnly = true,
        Help = "Certificate in PEM to show to a node that asks for one.",
    };

    /// <summary>--tls-key</summary>
    public static readonly CommandOption TlsKey = new()
    {
        Name = "tls-key",
        Kind = OptionKind.Text,
        ValueName = "FILE",
        FlagOnly = true,
        Help = "That certificate's key in PEM.",
    };

    /// <summary>--timeout</summary>
    public static readonly CommandOption Timeout = new()
    {
        Name = "timeout",
        Kind = OptionKind.Duration,
        ValueName = "TIME",
        Default = "5s",
        Minimum = 1,
        Help = "Longest to wait for a connection or an answer.",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CommandOption> All { get; } =
        [Node, Host, Port, User, PasswordFile, Password, Tls, TlsCa, TlsCert, TlsKey, Timeout];

    /// <summary>For subcommands that take options alone.</summary>
    /// <exception cref="UsageException">There is a word that is no option.</exception>
    public static void RefuseOperands(ParsedArguments arguments)
    {
        if (arguments.Operands.Count > 0)
        {
            throw new UsageException(
                $"unexpected argument {arguments.Operands[0]}: name the node with --node host:port");
        }
    }

    /// <summary>Where and how to connect, as the values say.</summary>
    /// <exception cref="UsageException">The address is none, or the password file cannot be read.</exception>
    public static NodeTarget Target(OptionValues values, Terminal terminal)
    {
        PeerAddress address = new(values.Text(Host)!, (int)values.Integer(Port));
        if (values.Text(Node) is string node && PeerAddress.TryParse(node, out address) is { } wrong)
        {
            throw new UsageException($"--node {node}: {wrong}");
        }
        string? password = values.Text(PasswordFile) is string path
            ? FileReading.Secret(PasswordFile.Flag, path)
            : values.Text(Password);
        string? user = values.Text(User);
        if (user is not null && password is null)
        {
            password = terminal.AskSecret($"Password of {user}: ")
                ?? throw new UsageException(
                    $"--user {user} needs a password: give --password-file FILE or HENGE_PASSWORD");
        }
        bool isSecure = values.Switch(Tls) || values.IsGiven(TlsCa) || values.IsGiven(TlsCert);
        ClientTls? tls = isSecure
            ? ClientTls.Of(values.Text(TlsCa), values.Text(TlsCert), values.Text(TlsKey)) : null;
        return new NodeTarget(address, password, values.Time(Timeout)) { User = user, Tls = tls };
    }
}
