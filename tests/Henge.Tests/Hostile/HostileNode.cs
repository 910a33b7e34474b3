using System.Globalization;

using Henge.Tests.Live;

using Xunit;

namespace Henge.Tests.Hostile;

/// <summary>
/// A node under attack, with limits made small so that attacks are quick, and what every attack must leave behind: the
/// process alive, other connections answered, the attackers' connections gone, memory within the promise.
/// </summary>
public sealed class HostileNode : IAsyncLifetime
{
    /// <summary>The node's memory limit.</summary>
    public const long MemoryBytes = 64L << 20;

    /// <summary>The promise of RELIABILITY I21: resident memory never above 1.25 times the limit and 64 MB.</summary>
    public const long PromisedBytes = (MemoryBytes * 5 / 4) + (64L << 20);

    /// <summary>
    /// The most that may be resident in a process after one attack upon another: the promise, and what bursts left on
    /// the managed heap that nobody holds and the runtime has not collected yet.
    /// </summary>
    public const long MostResidentBytes = PromisedBytes + (48L << 20);

    private HengeProcess? _node;
    private RawClient? _bystander;

    /// <summary>The node.</summary>
    internal HengeProcess Node => _node ?? throw new InvalidOperationException("The node was not started.");

    /// <summary>A connection that does no harm and must not notice.</summary>
    internal RawClient Bystander => _bystander ?? throw new InvalidOperationException("The node was not started.");

    /// <summary>Starts the node.</summary>
    public async ValueTask InitializeAsync()
    {
        _node = await HengeProcess.StartAsync(
            "--memory", $"{MemoryBytes >> 20}mb", "--max-value", "8mb", "--max-clients", "2000",
            "--command-timeout", "1s", "--dead-peer-timeout", "2s");
        _bystander = await _node.ConnectAsync();
        Assert.Equal("+PONG", await _bystander.CallAsync("PING"));
    }

    /// <summary>Kills it.</summary>
    public async ValueTask DisposeAsync()
    {
        _bystander?.Dispose();
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    /// <summary>Asserts what every attack must leave behind.</summary>
    internal async Task UnharmedAsync()
    {
        Assert.Equal("+PONG", await Bystander.CallAsync("PING"));
        await Eventually.HoldsAsync(async () => await ClientsAsync() <= 1, "the attackers' connections are gone");
        Assert.True(Node.IsAlive, Node.Errors);
        long resident = Node.ResidentBytes();
        Assert.True(resident <= MostResidentBytes, $"{resident >> 20} MB are resident");
    }

    /// <summary>A figure of INFO.</summary>
    internal async Task<long> FigureAsync(string name)
    {
        string info = await Bystander.CallAsync("INFO", "everything");
        string line = info.TrimStart('$').Split("\r\n").First(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>Connections at this moment, the bystander's included.</summary>
    internal Task<long> ClientsAsync() => FigureAsync("connected_clients");
}
