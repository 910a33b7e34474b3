using System.Text;

namespace Henge.Server.Display;

/// <summary>
/// Where a subcommand reads and writes, and what may be drawn there. Tests give their own writers; the process gives
/// the console's. Colour needs a terminal and no NO_COLOR (no-color.org).
/// </summary>
internal sealed class Terminal
{
    private const int WidestText = 110;

    /// <summary>Results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Errors, progress and logs.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens the bytes of standard output, for values that need not be text.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    /// <summary>Opens the bytes of standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>
    /// Asks a person for a secret without showing it; null where there is no terminal to ask at.
    /// </summary>
    public Func<string, string?> AskSecret { get; init; } = static _ => null;

    /// <summary>Columns of standard output; a sensible width when it is no terminal.</summary>
    public int Width { get; init; } = 100;

    /// <summary>True when standard output is a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>True when standard error is a terminal, so that a line may be redrawn there.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>True when what was written to standard output may be drawn over.</summary>
    public bool CanRedraw => IsTerminal && Environment("TERM") != "dumb";

    /// <summary>This terminal, but what is written goes elsewhere first.</summary>
    public Terminal WithOutput(TextWriter output) => new()
    {
        Out = output,
        Error = Error,
        OpenOutput = OpenOutput,
        OpenInput = OpenInput,
        Environment = Environment,
        AskSecret = AskSecret,
        Width = Width,
        IsTerminal = IsTerminal,
        ErrorIsTerminal = ErrorIsTerminal,
    };

    /// <summary>True when standard output may carry colour.</summary>
    public bool Colour => IsTerminal && string.IsNullOrEmpty(Environment("NO_COLOR")) && Environment("TERM") != "dumb";

    /// <summary>The process's own console.</summary>
    public static Terminal OfProcess()
    {
        UTF8Encoding encoding = new(encoderShouldEmitUTF8Identifier: false);
        return new Terminal
        {
            Out = new StreamWriter(Console.OpenStandardOutput(), encoding) { AutoFlush = true },
            Error = TextWriter.Synchronized(
                new StreamWriter(Console.OpenStandardError(), encoding) { AutoFlush = true }),
            OpenOutput = Console.OpenStandardOutput,
            OpenInput = Console.OpenStandardInput,
            AskSecret = SecretPrompt.Ask,
            IsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = Console.IsOutputRedirected ? 100 : WindowWidth(),
        };
    }

    private static int WindowWidth()
    {
        try
        {
            int width = Console.WindowWidth;
            return width is > 20 and < WidestText ? width : width <= 20 ? 80 : WidestText;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
