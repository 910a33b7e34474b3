using Henge.Server.Client;
using Henge.Server.Display;

namespace Henge.Server.Status;

/// <summary>
/// <c>henge status --watch</c>: looks again and again, and shows what happened in between. On a terminal each picture
/// is drawn over the last; elsewhere they follow each other, with an empty line between, as a log.
/// </summary>
internal static class StatusWatch
{
    /// <summary>Watches until the process is ended, or so many pictures were shown.</summary>
    /// <param name="connection">To the node.</param>
    /// <param name="address">What to call it.</param>
    /// <param name="every">Time between two looks.</param>
    /// <param name="count">Pictures; 0 for no end.</param>
    /// <param name="terminal">Where they are shown.</param>
    /// <param name="below">Writes what a picture has below; null for nothing.</param>
    public static async Task RunAsync(
        NodeConnection connection, string address, TimeSpan every, long count, Terminal terminal,
        Action<StatusRates, Terminal>? below = null)
    {
        using var timer = new PeriodicTimer(every);
        TimeProvider time = TimeProvider.System;
        long at = time.GetTimestamp();
        StatusReport before = Look(connection);
        int lines = 0;
        for (long shown = 0; count == 0 || shown < count; shown++)
        {
            await timer.WaitForNextTickAsync().ConfigureAwait(false);
            // From question to question: what it takes to read an answer is no part of it.
            long asked = time.GetTimestamp();
            StatusReport now = Look(connection);
            var rates = new StatusRates(before, now, time.GetElapsedTime(at, asked));
            (before, at) = (now, asked);
            lines = Show(now, rates, address, terminal, lines, below);
        }
    }

    /// <summary>Asks a node how it is.</summary>
    public static StatusReport Look(NodeConnection connection) => StatusReport.Parse(connection.Ask(
        "INFO"u8.ToArray(), "default"u8.ToArray(), "commandstats"u8.ToArray()).Text);

    /// <summary>Shows a picture over the last one.</summary>
    /// <returns>Its lines.</returns>
    private static int Show(
        StatusReport now, StatusRates rates, string address, Terminal terminal, int before,
        Action<StatusRates, Terminal>? below)
    {
        if (!terminal.IsTerminal)
        {
            terminal.Out.Write(before == 0 ? "" : Environment.NewLine);
            StatusView.WritePlain(now, address, terminal.Out, rates);
            below?.Invoke(rates, terminal);
            return 1;
        }
        var picture = new StringWriter();
        StatusView.WritePanel(now, address, terminal.WithOutput(picture), rates);
        below?.Invoke(rates, terminal.WithOutput(picture));
        string text = picture.ToString();
        // So many lines up, and all below erased.
        if (before > 0 && terminal.CanRedraw)
        {
            text = $"\r\e[{before}A\e[J" + text;
        }
        terminal.Out.Write(text);
        return picture.ToString().Count(static letter => letter == '\n');
    }
}
