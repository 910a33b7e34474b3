using System.Globalization;
using System.Net.Sockets;

using Henge.Cluster;
using Henge.Discovery;

namespace Henge.Server.Serve;

/// <summary>
/// Tells systemd how the node is (sd_notify, Type=notify): that it serves, that it lives, that it stops, and how long
/// that may take. Each is a datagram of lines to the socket that NOTIFY_SOCKET names; without it nothing is told.
/// </summary>
internal sealed class ServiceNotice : IAsyncDisposable
{
    private const int MicrosecondsPerMillisecond = 1000;

    // While it waits for discovery it asks for as much more, again and again.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(10);

    private readonly HengeNode _node;
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _supervisor;
    private readonly TimeSpan _turn = s_turn;
    private readonly bool _isWatched;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _loop = Task.CompletedTask;

    /// <summary>Begins to tell, where somebody wants to know.</summary>
    /// <param name="node">The node, which was started.</param>
    /// <param name="environment">Variables by name.</param>
    public ServiceNotice(HengeNode node, Func<string, string?> environment)
    {
        _node = node;
        if (OperatingSystem.IsWindows() || environment("NOTIFY_SOCKET") is not [('/' or '@'), _, ..] path)
        {
            return;
        }
        // A name that begins with @ is in no directory, and begins with a zero in truth.
        _supervisor = new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        string own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if ((environment("WATCHDOG_PID") ?? own) == own
            && long.TryParse(environment("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out long limit) && limit > 0)
        {
            _isWatched = true;
            _turn = TimeSpan.FromTicks(Math.Min(s_turn.Ticks, TimeSpan.FromMicroseconds(limit / 2).Ticks));
        }
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Whether anybody is told.</summary>
    public bool IsHeard => _socket is not null;

    /// <summary>It serves.</summary>
    public void Ready() => Tell($"READY=1\nSTATUS={Words()}");

    /// <summary>It stops, and may take so long.</summary>
    public void Stopping(TimeSpan limit) =>
        Tell($"STOPPING=1\nSTATUS=Hands over and leaves\n{Extension(limit)}");

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _socket?.Dispose();
        _ends.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_ends.IsCancellationRequested)
        {
            // The thread that a ring hangs on: a node whose cluster thread stands still is of no use.
            if (_isWatched && await IsAliveAsync().ConfigureAwait(false))
            {
                Tell("WATCHDOG=1");
            }
            Tell(_node.Ready ? $"STATUS={Words()}" : $"STATUS={Words()}\n{Extension(s_patience)}");
            await Task.Delay(_turn, _node.TimeProvider, _ends.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsAliveAsync()
    {
        try
        {
            if (_node.Ring is { } ring)
            {
                await ring.StatusAsync(_ends.Token).WaitAsync(_turn, _node.TimeProvider, _ends.Token)
                    .ConfigureAwait(false);
            }
            return true;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private string Words()
    {
        if (_node.Ready && _node.Ring is { Snapshot: ClusterSnapshot snapshot })
        {
            return snapshot.IsAlone ? "Serves alone" : string.Create(
                CultureInfo.InvariantCulture, $"Serves in a ring of {snapshot.View.Members.Count}");
        }
        SourceStatus[] missing = [.. _node.Discovery.Status.Where(static status => !status.HasAnswered)];
        return missing.Length > 0
            ? "Waits for " + string.Join(", ", missing.Select(static status => status.Source))
            : "Joins the ring";
    }

    private static string Extension(TimeSpan limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"EXTEND_TIMEOUT_USEC={(long)limit.TotalMilliseconds * MicrosecondsPerMillisecond}");

    private void Tell(string lines)
    {
        try
        {
            _socket?.SendTo(System.Text.Encoding.UTF8.GetBytes(lines), _supervisor!);
        }
        catch (SocketException)
        {
            // Nobody hears it: whoever started the node has gone, and that is no reason to go.
        }
    }
}
