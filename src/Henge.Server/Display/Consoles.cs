using Spectre.Console;

namespace Henge.Server.Display;

/// <summary>Makes the drawing console of a terminal; the one place that knows its capabilities.</summary>
internal static class Consoles
{
    /// <summary>A console that writes to the terminal's output and asks nothing.</summary>
    public static IAnsiConsole Create(Terminal terminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.Colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.Colour ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Out),
        });
        console.Profile.Width = terminal.Width;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
