using System.Text;

using Henge.Security;
using Henge.Server.CommandLine;
using Henge.Server.Display;

namespace Henge.Server.Users;

/// <summary>
/// <c>henge user</c>: makes the line of a users file. The password is asked for without echo, or is the first line of
/// standard input; it is never an argument.
/// </summary>
internal static class UserCommand
{
    private const int LeastPasswordBytes = 8;

    /// <summary>How the command line sees it.</summary>
    public static Subcommand Subcommand { get; } = new()
    {
        Name = "user",
        Summary = "make a line of a users file",
        Usage = [("henge user NAME ROLE [PREFIX…]", "hash a password for a user: read, write or admin")],
        Options = [],
        Run = Run,
        Notes =
        [
            "The password comes from the terminal without echo, or is the first line of standard input.",
            "Append the line to the file that --users-file names; a running node reads it within a second. A user with "
                + "prefixes touches only keys and channels that begin with one of them.",
        ],
    };

    private static int Run(ParsedArguments arguments, Terminal terminal)
    {
        if (arguments.Operands.Count < 2)
        {
            throw new UsageException("expected `henge user NAME ROLE [PREFIX…]`; `henge user --help` says more");
        }
        string name = arguments.Operands[0];
        if (!Enum.TryParse(arguments.Operands[1], ignoreCase: true, out Role role) || role == Role.None
            || char.IsAsciiDigit(arguments.Operands[1][0]))
        {
            throw new UsageException($"role {arguments.Operands[1]}: expected read, write or admin");
        }
        string[] prefixes = [.. arguments.Operands.Skip(2)];
        string password = terminal.AskSecret($"Password of {name}: ") ?? FirstLine(terminal);
        if (Encoding.UTF8.GetByteCount(password) < LeastPasswordBytes)
        {
            throw new UsageException($"the password is too short: give at least {LeastPasswordBytes} bytes");
        }
        var user = new UserDefinition(
            name, role, PasswordHash.Of(Encoding.UTF8.GetBytes(password)).ToString(), prefixes);
        try
        {
            UsersFile.Make([user], hasPassword: false);
        }
        catch (HengeStartException error)
        {
            throw new UsageException(error.Message);
        }
        terminal.Out.WriteLine(UsersFile.Line(user));
        return ExitCode.Ok;
    }

    private static string FirstLine(Terminal terminal)
    {
        using Stream input = terminal.OpenInput();
        using var reader = new StreamReader(input, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return reader.ReadLine() ?? "";
    }
}
