using Henge.AspNetCore.Dashboard.Json;
using Henge.AspNetCore.Replies;
using Henge.Diagnostics.Figures;
using Henge.Storage.Figures;

namespace Henge.AspNetCore.Dashboard;

/// <summary>Two looks at what members have counted, as rates: of one member, or of several added up.</summary>
internal sealed class MemberRates
{
    private const double NanosecondsPerMicrosecond = 1000;

    private readonly long[] _levels = new long[Enum.GetValues<MemberFigure>().Length];
    private readonly long[] _misses = new long[Enum.GetValues<MissReason>().Length];
    private readonly double[] _rates = new double[Enum.GetValues<MemberFigure>().Length];
    private readonly double[] _operationRates = new double[CommandGroups.Names.Length + 1];
    private readonly double[] _missRates = new double[Enum.GetValues<MissReason>().Length];
    private readonly HistogramSum _commandTimes = new();
    private readonly HistogramSum _httpTimes = new();
    private string _version = "";
    private long _uptimeMs = long.MaxValue;
    private int _members;
    private int _compared;

    /// <summary>Adds a member.</summary>
    /// <param name="now">The new look.</param>
    /// <param name="before">The one before; null when there is none to compare with.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public void Add(MemberFigures now, MemberFigures? before, long nowMs)
    {
        _version = now.Version;
        _members++;
        _uptimeMs = Math.Min(_uptimeMs, Math.Max(0, nowMs - now[MemberFigure.StartedAtMs]));
        for (int i = 0; i < _levels.Length; i++)
        {
            _levels[i] += now.Numbers[i];
        }
        for (int i = 0; i < _misses.Length; i++)
        {
            _misses[i] += now.Misses[i];
        }
        double seconds = before is null ? 0 : (now[MemberFigure.ClockMs] - before[MemberFigure.ClockMs]) / 1000.0;
        // A clock that goes back is another process, whose counts begin anew.
        if (before is null || seconds <= 0 || now[MemberFigure.StartedAtMs] != before[MemberFigure.StartedAtMs])
        {
            return;
        }
        _compared++;
        AddRates(now.Numbers, before.Numbers, seconds, _rates);
        AddRates(now.Operations, before.Operations, seconds, _operationRates);
        AddRates(now.Misses, before.Misses, seconds, _missRates);
        _commandTimes.Add(now.CommandTimes.Since(before.CommandTimes));
        _httpTimes.Add(now.HttpTimes.Since(before.HttpTimes));
    }

    /// <summary>What was added, as JSON has it.</summary>
    /// <param name="isOfAll">Whether several may have been.</param>
    public MemberReply Reply(bool isOfAll) => new()
    {
        Version = isOfAll ? "" : _version,
        UptimeSeconds = _members == 0 ? 0 : _uptimeMs / 1000,
        Ready = Level(MemberFigure.IsReady) == _members && _members > 0,
        Metrics = Level(MemberFigure.HasMetrics) == _members,
        LoadingSlots = Level(MemberFigure.LoadingSlots),
        Entries = Level(MemberFigure.Entries),
        UsedBytes = Level(MemberFigure.UsedBytes),
        LimitBytes = Level(MemberFigure.LimitBytes),
        Parts = Parts(),
        Hits = Level(MemberFigure.Hits),
        Misses = ByReason(_misses),
        Evicted = Level(MemberFigure.Evicted),
        TopologyMisses = Level(MemberFigure.TopologyMisses),
        Clients = Level(MemberFigure.Clients),
        HttpConnections = Level(MemberFigure.HttpConnections),
        Rates = _compared == 0 ? null : Rates(),
    };

    private static void AddRates(long[] now, long[] before, double seconds, double[] rates)
    {
        for (int i = 0; i < rates.Length; i++)
        {
            // Fewer than before: CONFIG RESETSTAT, so all of it is new.
            long counted = now[i] >= before[i] ? now[i] - before[i] : now[i];
            rates[i] += counted / seconds;
        }
    }

    private static Dictionary<string, T> ByReason<T>(T[] numbers)
    {
        var byReason = new Dictionary<string, T>();
        for (int i = 0; i < numbers.Length; i++)
        {
            byReason[MissReasons.NameOf((MissReason)i)!] = numbers[i];
        }
        return byReason;
    }

    private static double? Microseconds(HistogramSum times, double share) =>
        times.Count == 0 ? null : Math.Round(times.Quantile(share) / NanosecondsPerMicrosecond, 2);

    private static double Round(double rate) => Math.Round(rate, 1);

    private long Level(MemberFigure figure) => _levels[(int)figure];

    private double Rate(MemberFigure figure) => Round(_rates[(int)figure]);

    private Dictionary<string, long> Parts()
    {
        var parts = new Dictionary<string, long>
        {
            ["data"] = Level(MemberFigure.DataBytes),
            ["index"] = Level(MemberFigure.IndexBytes),
            ["buffers"] = Level(MemberFigure.BufferBytes),
            ["tombstones"] = Level(MemberFigure.TombstoneBytes),
        };
        parts["overhead"] = Math.Max(0, Level(MemberFigure.UsedBytes) - parts.Values.Sum());
        return parts;
    }

    private RatesReply Rates()
    {
        var operations = new Dictionary<string, double>();
        for (int group = 0; group < _operationRates.Length; group++)
        {
            string name = group < CommandGroups.Names.Length ? CommandGroups.Names[group] : "http";
            operations[name] = Round(_operationRates[group]);
        }
        return new RatesReply
        {
            Operations = operations,
            Hits = Rate(MemberFigure.Hits),
            Misses = ByReason(Array.ConvertAll(_missRates, Round)),
            Evicted = Rate(MemberFigure.Evicted),
            Expired = Rate(MemberFigure.Expired),
            Errors = Rate(MemberFigure.Errors),
            ReceivedBytes = Rate(MemberFigure.ReceivedBytes),
            SentBytes = Rate(MemberFigure.SentBytes),
            CommandP50 = Microseconds(_commandTimes, 0.5),
            CommandP99 = Microseconds(_commandTimes, 0.99),
            HttpP50 = Microseconds(_httpTimes, 0.5),
            HttpP99 = Microseconds(_httpTimes, 0.99),
        };
    }
}
