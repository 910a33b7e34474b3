using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

using Henge.Caching;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Henge.Benchmarks;

/// <summary>
/// How long after a change through one of three processes the first levels of the other two answer the new value, and
/// how long RemoveByTag takes over a million tagged entries. Times begin before the call that changes; readers look
/// every millisecond. Run: <c>-- coherence [changes] [tagged entries]</c>.
/// </summary>
internal static class CoherenceProgram
{
    private const string Key = "watched";
    private const string Tag = "all";
    private const int Window = 512;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    public static void Run(string[] args)
    {
        if (args is ["reader", var own, .. var peers])
        {
            ReadAsync(int.Parse(own, CultureInfo.InvariantCulture), peers).GetAwaiter().GetResult();
            return;
        }
        int changes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5000;
        int tagged = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
        WriteAsync(changes, tagged).GetAwaiter().GetResult();
    }

    private static async Task WriteAsync(int changes, int tagged)
    {
        int[] ports = FreePorts(3);
        Process[] readers = [.. ports[1..].Select(port => StartReader(port, ports))];
        try
        {
            using IHost host = await StartAsync(ports[0], ports);
            HengeCache cache = host.Services.GetRequiredService<HengeCache>();
            foreach (Process reader in readers)
            {
                await reader.StandardOutput.ReadLineAsync();
            }
            for (int i = 0; i < changes; i++)
            {
                await cache.SetAsync(Key, Stopwatch.GetTimestamp());
                await Task.Delay(s_pause);
            }
            var seen = new List<double>();
            foreach (Process reader in readers)
            {
                await reader.StandardInput.WriteLineAsync("end");
                while (await reader.StandardOutput.ReadLineAsync() is { Length: > 0 } line)
                {
                    seen.Add(double.Parse(line, CultureInfo.InvariantCulture));
                }
            }
            seen.Sort();
            Console.WriteLine($"{changes} changes, seen {seen.Count} times by two other first levels: "
                + $"median {At(seen, 0.5):0.00} ms, p99 {At(seen, 0.99):0.00}, p99.9 {At(seen, 0.999):0.00}, "
                + $"most {seen[^1]:0.00}");
            await MeasureTagAsync(cache, tagged);
            await host.StopAsync();
        }
        finally
        {
            foreach (Process reader in readers)
            {
                reader.StandardInput.Close();
                await reader.WaitForExitAsync();
                reader.Dispose();
            }
        }
    }

    private static async Task MeasureTagAsync(HengeCache cache, int tagged)
    {
        var options = new EntryOptions { Tags = [Tag] };
        for (int from = 0; from < tagged; from += Window)
        {
            await Task.WhenAll(Enumerable.Range(from, Math.Min(Window, tagged - from))
                .Select(i => cache.SetAsync($"tagged:{i}", "x", options).AsTask()));
        }
        // Of a tag that nobody has: what a round costs, and everything is compiled then.
        var rounds = new List<double>();
        for (int i = 0; i < 200; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await cache.RemoveByTagAsync(["none"]);
            rounds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        rounds.Sort();
        bool isThere = (await cache.TryGetAsync<string>("tagged:0")).IsFound;
        long began = Stopwatch.GetTimestamp();
        await cache.RemoveByTagAsync([Tag]);
        double took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        int left = 0;
        for (int i = 0; i < tagged; i += Math.Max(1, tagged / 1000))
        {
            left += (await cache.TryGetAsync<string>($"tagged:{i}")).IsFound ? 1 : 0;
        }
        Console.WriteLine($"RemoveByTag over {tagged} entries{(isThere ? "" : ", which were not all there")}: "
            + $"{took:0.00} ms; of a thousand looked for at once {left} were there. Of a tag that nobody has: "
            + $"median {At(rounds, 0.5):0.00} ms, p99 {At(rounds, 0.99):0.00}");
    }

    private static async Task ReadAsync(int port, string[] peers)
    {
        using IHost host = await StartAsync(port, [.. peers.Select(p => int.Parse(p, CultureInfo.InvariantCulture))]);
        HengeCache cache = host.Services.GetRequiredService<HengeCache>();
        // Console.In reads on the thread that asks, whatever its name says.
        Task<string?> ended = Task.Run(Console.ReadLine);
        Console.WriteLine("ready");
        var seen = new List<double>();
        long last = 0;
        while (!ended.IsCompleted)
        {
            CacheResult<long> found = await cache.TryGetAsync<long>(Key);
            if (found.IsFound && found.Value != last)
            {
                last = found.Value;
                seen.Add(Stopwatch.GetElapsedTime(last).TotalMilliseconds);
            }
            await Task.Delay(1);
        }
        seen.ForEach(static took => Console.WriteLine(took.ToString("0.000", CultureInfo.InvariantCulture)));
        Console.WriteLine();
        Console.ReadLine();
        await host.StopAsync();
    }

    private static async Task<IHost> StartAsync(int port, int[] ports)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddHenge(options =>
        {
            (options.Port, options.Memory) = (port, 1L << 30);
            foreach (int peer in ports)
            {
                options.Peers.Add($"127.0.0.1:{peer}");
            }
        });
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static Process StartReader(int port, int[] ports)
    {
        string program = typeof(CoherenceProgram).Assembly.Location;
        string[] arguments = [program, "coherence", "reader", $"{port}", .. ports.Select(p => $"{p}")];
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        Array.ForEach(listeners, static listener => listener.Start());
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        Array.ForEach(listeners, static listener => listener.Stop());
        return ports;
    }

    private static double At(List<double> sorted, double share) =>
        sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}
