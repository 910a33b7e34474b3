using Henge.Tests.Sessions;
using Henge.Transport;

namespace Henge.Tests.Transport;

/// <summary>Starts nodes for the tests of transports, and waits for what other threads are about to do.</summary>
internal static class TransportHost
{
    public const string Ping = "*1\r\n$4\r\nPING\r\n";

    public static async Task<HengeNode> StartAsync(
        TransportKind kind,
        Action<HengeOptions>? configure = null,
        TimeProvider? clock = null,
        IHttpSocketSink? sink = null)
    {
        var options = new HengeOptions
        {
            Port = 0,
            Transport = kind,
            Loops = 2,
            Memory = 256 << 20,
            SlowLogMicroseconds = SessionHarness.NoSlowLog,
        };
        configure?.Invoke(options);
        var node = new HengeNode(options, clock) { HttpSink = sink };
        await node.StartAsync(CancellationToken.None);
        return node;
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
