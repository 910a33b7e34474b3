using Henge.Server.Client;
using Henge.Server.CommandLine;
using Henge.Server.Display;
using Henge.Values;

namespace Henge.Server.Bench;

/// <summary>What a load run does.</summary>
internal sealed record BenchPlan
{
    /// <summary>
    /// Most bytes of requests and replies that one connection has in flight, unless a single command has more. A worker
    /// sends a whole batch before it reads; below this both fit what servers and kernels buffer, so neither side waits
    /// for the other for ever.
    /// </summary>
    public const int MostBytesInFlight = 1 << 20;

    private const int BytesBesideValue = 64;

    /// <summary>The node under load.</summary>
    public required NodeTarget Target { get; init; }

    /// <summary>Connections.</summary>
    public required int Clients { get; init; }

    /// <summary>Commands that a connection has in flight.</summary>
    public required int Pipeline { get; init; }

    /// <summary>Threads that share the connections.</summary>
    public required int Threads { get; init; }

    /// <summary>Commands in all; 0 when <see cref="Duration"/> bounds the run.</summary>
    public required long Requests { get; init; }

    /// <summary>How long to run where <see cref="Requests"/> is 0.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>
    /// Commands per second in all on a fixed schedule; 0: each connection sends when its replies are in.
    /// </summary>
    public required long Rate { get; init; }

    /// <summary>Different keys.</summary>
    public required long Keys { get; init; }

    /// <summary>Bytes of a value.</summary>
    public required int ValueBytes { get; init; }

    /// <summary>GETs for each <see cref="Sets"/> SETs.</summary>
    public required int Gets { get; init; }

    /// <summary>See <see cref="Gets"/>.</summary>
    public required int Sets { get; init; }

    /// <summary>Whether every key is set first.</summary>
    public required bool Prefill { get; init; }

    /// <summary>The plan that the values ask for.</summary>
    /// <exception cref="UsageException">They contradict each other.</exception>
    public static BenchPlan From(OptionValues values, Terminal terminal)
    {
        if (values.IsGiven(BenchOptions.Requests) && values.IsGiven(BenchOptions.RunTime))
        {
            throw new UsageException("--requests and --duration both bound the run: give one of them");
        }
        long deepest = Deepest(values.Size(BenchOptions.Size));
        if (values.Integer(BenchOptions.Pipeline) > deepest)
        {
            throw new UsageException(
                $"--pipeline {values.Integer(BenchOptions.Pipeline)} with values of --size "
                + $"{ByteSize.Format(values.Size(BenchOptions.Size))} is more than a connection buffers: "
                + $"give --pipeline {deepest} or less");
        }
        int clients = (int)values.Integer(BenchOptions.Clients);
        int threads = values.IsGiven(BenchOptions.Threads)
            ? (int)values.Integer(BenchOptions.Threads)
            : Math.Max(1, Environment.ProcessorCount / 2);
        (int gets, int sets) = values.Ratio(BenchOptions.Ratio);
        return new BenchPlan
        {
            Target = ClientOptions.Target(values, terminal),
            Clients = clients,
            Pipeline = (int)values.Integer(BenchOptions.Pipeline),
            Threads = Math.Min(threads, clients),
            Requests = values.IsGiven(BenchOptions.Requests) ? values.Integer(BenchOptions.Requests) : 0,
            Duration = values.Time(BenchOptions.RunTime),
            Rate = values.IsGiven(BenchOptions.Rate) ? values.Integer(BenchOptions.Rate) : 0,
            Keys = values.Integer(BenchOptions.Keys),
            ValueBytes = (int)values.Size(BenchOptions.Size),
            Gets = gets,
            Sets = sets,
            Prefill = gets > 0 && !values.Switch(BenchOptions.NoPrefill),
        };
    }

    /// <summary>
    /// The most commands of a value's size that <see cref="MostBytesInFlight"/> allows; at least one.
    /// </summary>
    public static int Deepest(long valueBytes) => (int)Math.Max(1, MostBytesInFlight / (valueBytes + BytesBesideValue));
}
