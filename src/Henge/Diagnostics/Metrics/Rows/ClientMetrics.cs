using Henge.Diagnostics.Figures;
using Henge.Peers;
using Henge.PubSub;

namespace Henge.Diagnostics.Metrics.Rows;

/// <summary>Connections, the loops that serve them, and what they subscribe to.</summary>
internal static class ClientMetrics
{
    /// <summary>The rows.</summary>
    public static Metric[] Rows =>
    [
        new("henge.clients", MetricKind.Level, "{connection}", "Redis clients connected.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Clients.Count),
        },
        new("henge.clients.limit", MetricKind.Level, "{connection}", "Redis clients that may be.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Options.Limits.MaxClients),
        },
        new("henge.http.connections", MetricKind.Level, "{connection}", "HTTP connections open.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Http.Connections ?? 0),
        },
        Counted("henge.connections.accepted", "{connection}", "Connections accepted, by any protocol.",
            static counters => ref counters.ConnectionsReceived),
        Counted("henge.connections.refused", "{connection}",
            "Connections refused: too many, from a machine that may not, or of no protocol that is spoken.",
            static counters => ref counters.ConnectionsRejected),
        new("henge.connections.cut", MetricKind.Counter, "{connection}", "Clients closed at a limit.", "limit")
        {
            Read = static (figures, sink) =>
            {
                NodeCounters counters = figures.Node.Counters;
                sink.Add(Interlocked.Read(ref counters.InputLimitCloses), new MetricTag("limit", "input"));
                sink.Add(Interlocked.Read(ref counters.OutputLimitCloses), new MetricTag("limit", "output"));
            },
        },
        Counted("henge.clients.received", "By", "Bytes received from Redis clients.",
            static counters => ref counters.InputBytes),
        Counted("henge.clients.sent", "By", "Bytes sent to Redis clients.",
            static counters => ref counters.OutputBytes),
        new("henge.authentication.failures", MetricKind.Counter, "{attempt}", "Wrong passwords, by any protocol.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Authenticator.WrongCount),
        },
        new("henge.authentication.refused", MetricKind.Counter, "{attempt}",
            "Passwords not looked at, since too many from that address or for that user were wrong.")
        {
            Read = static (figures, sink) => sink.Add(figures.Node.Authenticator.RefusedCount),
        },
        new("henge.pubsub.channels", MetricKind.Level, "{channel}", "Channels and patterns with subscribers.", "kind")
        {
            Read = static (figures, sink) =>
            {
                PubSubHub hub = figures.Node.PubSub;
                sink.Add(hub.Channels(ChannelKind.Channel).Length, new MetricTag("kind", "channel"));
                sink.Add(hub.Channels(ChannelKind.Pattern).Length, new MetricTag("kind", "pattern"));
                sink.Add(hub.Channels(ChannelKind.ShardChannel).Length, new MetricTag("kind", "shard"));
            },
        },
        OfLoops("henge.loop.turns", "{turn}", "Times that a loop woke up.", static loop => loop.Turns),
        OfLoops("henge.loop.events", "{event}",
            "Sockets that were ready; per turn, how much a loop does at once.", static loop => loop.Events),
        OfLoops("henge.loop.busy.time", "s", "Time that a loop did not sleep; 1 per second is a full one.",
            static loop => loop.BusySeconds),
    ];

    private delegate ref long Pick(NodeCounters counters);

    private static Metric Counted(string name, string unit, string help, Pick pick) =>
        new(name, MetricKind.Counter, unit, help)
        {
            Read = (figures, sink) =>
            {
                NodeCounters counters = figures.Node.Counters;
                sink.Add(Interlocked.Read(ref pick(figures.Node.Counters)));
            },
        };

    private static Metric OfLoops(string name, string unit, string help, Func<LaneFigures, double> pick) =>
        new(name, MetricKind.Counter, unit, help, "loop")
        {
            Read = (figures, sink) =>
            {
                IReadOnlyList<RingLane> lanes = figures.Node.Ring?.Lanes ?? [];
                for (int i = 0; i < lanes.Count; i++)
                {
                    if (lanes[i].Figures is { Turns: > 0 } loop)
                    {
                        sink.Add(pick(loop), new MetricTag("loop", NumberTag.Of(i)));
                    }
                }
            },
        };
}
