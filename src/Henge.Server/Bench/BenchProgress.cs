using System.Diagnostics;
using System.Globalization;

using Henge.Server.Display;

namespace Henge.Server.Bench;

/// <summary>
/// One line on standard error that is drawn over itself while a run goes on: share done, operations per second and
/// p99 of the last second. Nothing is drawn where standard error is no terminal.
/// </summary>
internal sealed class BenchProgress(Terminal terminal, string phase)
{
    private const int BarCells = 20;
    private const string EraseLine = "\r\e[K";

    private readonly LatencyHistogram _window = new();
    private long _lastTime = Stopwatch.GetTimestamp();
    private long _lastDone;

    /// <summary>Draws the line.</summary>
    /// <param name="share">0 to 1: how much is done.</param>
    /// <param name="workers">Who works.</param>
    public void Draw(double share, IReadOnlyList<BenchWorker> workers)
    {
        if (!terminal.ErrorIsTerminal)
        {
            return;
        }
        _window.Clear();
        long done = 0;
        foreach (BenchWorker worker in workers)
        {
            worker.TakeWindow(_window);
            done += worker.Done;
        }
        long now = Stopwatch.GetTimestamp();
        double rate = (done - _lastDone) / Math.Max(1e-9, Stopwatch.GetElapsedTime(_lastTime, now).TotalSeconds);
        (_lastTime, _lastDone) = (now, done);
        int full = (int)(Math.Clamp(share, 0, 1) * BarCells);
        string bar = new string('█', full) + new string('░', BarCells - full);
        double percent = 100 * Math.Clamp(share, 0, 1);
        double p99 = _window.Percentile(99) / 1e6;
        terminal.Error.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{EraseLine}{phase} {bar} {percent,3:0} %  {rate,11:N0} ops/s  p99 {p99:0.000} ms"));
    }

    /// <summary>Takes the line away.</summary>
    public void Erase()
    {
        if (terminal.ErrorIsTerminal)
        {
            terminal.Error.Write(EraseLine);
        }
    }
}
