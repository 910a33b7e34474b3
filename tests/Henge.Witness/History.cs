using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

using Henge.Caching;

namespace Henge.Witness;

/// <summary>
/// Writes ever higher numbers under this process's own keys, reads everybody's, and writes down all of it:
/// <code>
/// w key version began ended outcome (0 stored, 1 nothing done, 2 perhaps stored)
/// r key place version owner began first-ended last-began count
/// </code>
/// </summary>
internal sealed class History
{
    // A run is cut so often, so that each of its parts is judged by what was going on then.
    private const long LongestRun = 100_000_000;
    private static readonly EntryOptions s_long = new() { Expiration = TimeSpan.FromHours(1) };
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    [ThreadStatic]
    private static bool s_isFirstLevel;

    private readonly HengeCache _cache;
    private readonly HengeNode _node;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _writes = [];
    private readonly List<Run> _runs = [];
    private readonly CancellationTokenSource _halted = new();
    private readonly CancellationTokenSource _ended = new();
    private Task _writing = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;

    public History(HengeCache cache, HengeNode node)
    {
        (_cache, _node) = (cache, node);
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "henge.cache.first_level.hits")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        // On the thread that reads, before the read returns.
        _listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => s_isFirstLevel = true);
        _listener.Start();
    }

    /// <summary>Begins, with so many keys of each process.</summary>
    public void Begin(int keys, IReadOnlyList<string> names)
    {
        string own = _node.Options.Name;
        _writing = Task.WhenAll(Enumerable.Range(0, keys).Select(i => Task.Run(() => WriteAsync($"{own}:{i}"))));
        string[] all = [.. names.SelectMany(name => Enumerable.Range(0, keys).Select(i => $"{name}:{i}"))];
        _reading = Task.Run(() => ReadAsync(all));
    }

    /// <summary>Writes no more.</summary>
    public async Task HaltAsync()
    {
        await _halted.CancelAsync();
        await _writing;
    }

    /// <summary>Reads no more, and leaves everything in a file.</summary>
    public async Task EndAsync(string path)
    {
        await _ended.CancelAsync();
        await _reading;
        await File.WriteAllLinesAsync(path, [.. _writes, .. _runs.Select(static run => run.Line)]);
    }

    private async Task WriteAsync(string key)
    {
        for (long version = 1; !_halted.IsCancellationRequested; version++)
        {
            long began = Stopwatch.GetTimestamp();
            int outcome = 0;
            try
            {
                await _cache.SetAsync(key, version, s_long);
            }
            catch (HengeException exception)
            {
                outcome = exception.Failure == HengeFailure.OwnerAway ? 1 : 2;
            }
            _writes.Enqueue($"w {key} {version} {began} {Stopwatch.GetTimestamp()} {outcome}");
            await Task.Delay(s_pause);
        }
    }

    private async Task ReadAsync(string[] keys)
    {
        var last = new Run?[keys.Length];
        var pending = new Task[keys.Length];
        Array.Fill(pending, Task.CompletedTask);
        while (!_ended.IsCancellationRequested)
        {
            for (int i = 0; i < keys.Length; i++)
            {
                if (pending[i].IsCompleted)
                {
                    await pending[i];
                    pending[i] = ReadAsync(keys[i], i, last);
                }
            }
            await Task.Delay(1);
        }
        await Task.WhenAll(pending);
    }

    private async Task ReadAsync(string key, int index, Run?[] last)
    {
        string owner = RingLook.OwnerOf(_node, key);
        long began = Stopwatch.GetTimestamp();
        s_isFirstLevel = false;
        ValueTask<CacheResult<long>> read = _cache.TryGetAsync<long>(key);
        bool isFirstLevel = s_isFirstLevel;
        CacheResult<long> result = await read;
        if (!isFirstLevel)
        {
            // Who answered, if it had changed meanwhile.
            owner = RingLook.OwnerOf(_node, key);
        }
        char place = isFirstLevel ? 'f' : result.State switch
        {
            CacheState.Found => 'r',
            CacheState.Missing => 'm',
            _ => 'u',
        };
        var run = new Run(key, place, result.Value, owner)
        {
            Began = began,
            FirstEnded = Stopwatch.GetTimestamp(),
            LastBegan = began,
        };
        if (last[index] is { } former && (former.Place, former.Version, former.Owner) == (place, run.Version, owner)
            && began - former.Began < LongestRun)
        {
            (former.LastBegan, former.Count) = (began, former.Count + 1);
            return;
        }
        last[index] = run;
        lock (_runs)
        {
            _runs.Add(run);
        }
    }
}
