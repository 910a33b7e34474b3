using System.Diagnostics;

using Henge.Protocol.Replies;
using Henge.Server.Client;
using Henge.Server.Display;
using Henge.Server.Status;

namespace Henge.Server.Bench;

/// <summary>
/// Carries a <see cref="BenchPlan"/> out: connects, fills, loads, and watches over the workers' threads.
/// </summary>
internal sealed class BenchRun(BenchPlan plan, Terminal terminal, CancellationToken interrupted)
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs all of it. An interrupted run gives the result so far.</summary>
    /// <exception cref="RequestFailedException">The node cannot be reached or refuses the password.</exception>
    public BenchResult Run()
    {
        string server = AskServer();
        List<BenchWorker> workers = [];
        try
        {
            for (int i = 0; i < plan.Threads; i++)
            {
                workers.Add(new BenchWorker(plan, Share(plan.Clients, i), seed: i + 1));
            }
            if (plan.Prefill)
            {
                Phase(
                    workers,
                    "fill",
                    index => workers[index].Fill(Start(plan.Keys, index), Start(plan.Keys, index + 1)),
                    elapsed => (double)workers.Sum(worker => worker.Done) / plan.Keys);
            }
            TimeSpan elapsed = TimeSpan.Zero;
            if (!interrupted.IsCancellationRequested && workers.All(worker => worker.Failure is null))
            {
                elapsed = Phase(
                    workers,
                    "load",
                    index => workers[index].Load(Share(plan.Requests, index)),
                    elapsed => plan.Requests > 0
                        ? (double)workers.Sum(worker => worker.Done) / plan.Requests
                        : elapsed / plan.Duration);
            }
            return Result(server, workers, elapsed);
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }
    }

    private string AskServer()
    {
        using NodeConnection connection = NodeConnection.Connect(plan.Target);
        RespValue info = connection.TryAsk("INFO"u8.ToArray(), "server"u8.ToArray());
        StatusReport report = StatusReport.Parse(info.Text);
        return info.IsError ? plan.Target.ToString() : $"{report.Product} {report.Version} at {plan.Target}";
    }

    /// <summary>
    /// Runs one piece of work on each worker's own thread until all end, time is up, or Ctrl-C stops them.
    /// </summary>
    private TimeSpan Phase(
        List<BenchWorker> workers, string name, Action<int> work, Func<TimeSpan, double> share)
    {
        long start = Stopwatch.GetTimestamp();
        Thread[] threads = [.. workers.Select((_, index) => new Thread(() => work(index)) { IsBackground = true })];
        Array.ForEach(threads, thread => thread.Start());
        BenchProgress progress = new(terminal, name);
        bool stopped = false;
        while (threads.Any(thread => thread.IsAlive))
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            double done = share(elapsed);
            bool failed = workers.Any(worker => worker.Failure is not null);
            bool timeIsUp = name == "load" && plan.Requests == 0 && elapsed >= plan.Duration;
            if (!stopped && (interrupted.IsCancellationRequested || failed || timeIsUp))
            {
                stopped = true;
                workers.ForEach(worker => worker.Stop());
            }
            progress.Draw(done, workers);
            TimeSpan left = name == "load" && plan.Requests == 0 && !stopped ? plan.Duration - elapsed : _tick;
            JoinAll(threads, left < _tick ? left : _tick);
        }
        progress.Erase();
        return Stopwatch.GetElapsedTime(start);
    }

    private static void JoinAll(Thread[] threads, TimeSpan most)
    {
        long start = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads)
        {
            TimeSpan left = most - Stopwatch.GetElapsedTime(start);
            thread.Join(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    private BenchResult Result(string server, List<BenchWorker> workers, TimeSpan elapsed)
    {
        BenchTotals totals = new();
        workers.ForEach(worker => totals.Add(worker.Totals));
        string? failure = workers.Select(worker => worker.Failure).FirstOrDefault(text => text is not null);
        return new BenchResult(server, plan, totals, elapsed, interrupted.IsCancellationRequested, failure);
    }

    /// <summary>Worker <paramref name="index"/>'s part of <paramref name="total"/>; the parts add up.</summary>
    private int Share(int total, int index) => (int)Share((long)total, index);

    private long Share(long total, int index) => Start(total, index + 1) - Start(total, index);

    private long Start(long total, int index) => (long)((Int128)total * index / plan.Threads);
}
