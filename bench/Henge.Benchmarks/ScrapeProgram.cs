using System.Diagnostics;
using System.Globalization;

using Henge.Diagnostics.Figures;
using Henge.Diagnostics.Metrics;

namespace Henge.Benchmarks;

/// <summary>
/// What it takes a node to answer <c>/metrics</c> when it knows so many members: a ring in this process, and its first
/// node asked again and again. Run: <c>-- scrape [members] [rounds]</c>.
/// </summary>
internal static class ScrapeProgram
{
    public static void Run(string[] arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(string[] arguments)
    {
        int members = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 16;
        int rounds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 200;
        List<HengeNode> nodes = [];
        try
        {
            for (int i = 0; i < members; i++)
            {
                HengeOptions options = new()
                {
                    Port = 0,
                    Name = $"n{i}",
                    Memory = 16 << 20,
                    Shards = 1,
                    Loops = 1,
                    LeaveTimeout = TimeSpan.Zero,
                };
                if (i > 0)
                {
                    options.Peers.Add(nodes[0].EndPoints[0].ToString());
                }
                nodes.Add(new HengeNode(options));
                await nodes[i].StartAsync(CancellationToken.None).ConfigureAwait(false);
            }
            using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (nodes.Any(node => !node.Ready || node.Ring!.Snapshot.View.Members.Count < members))
            {
                await look.WaitForNextTickAsync().ConfigureAwait(false);
            }
            await MeasureAsync(nodes[0], members, rounds).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(nodes.Select(static node => node.DisposeAsync().AsTask())).ConfigureAwait(false);
        }
    }

    private static async Task MeasureAsync(HengeNode node, int members, int rounds)
    {
        List<double> milliseconds = [];
        int length = 0;
        for (int i = 0; i < rounds; i++)
        {
            long began = Stopwatch.GetTimestamp();
            NodeFigures figures = await NodeFigures.TakeAsync(node, CancellationToken.None).ConfigureAwait(false);
            length = PrometheusText.Write(figures, openMetrics: false).Length;
            milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        double first = milliseconds[0];
        milliseconds.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{members} members, {length} characters: first {first:0.00} ms, "
            + $"median {milliseconds[rounds / 2]:0.00} ms, p99 {milliseconds[rounds * 99 / 100]:0.00} ms"));
    }
}
