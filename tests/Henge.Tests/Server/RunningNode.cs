using System.Net;

using Henge.Server.Client;
using Henge.Server.Serve;

namespace Henge.Tests.Server;

/// <summary>A node in this process on a free port, for subcommands that ask one.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly HengeNode _node;

    private RunningNode(HengeNode node) => _node = node;

    /// <summary>Where it listens.</summary>
    public PeerAddress Address => new("127.0.0.1", _node.EndPoints[0].Port);

    /// <summary>How to connect to it.</summary>
    public NodeTarget Target => new(Address, _node.Options.Password, TimeSpan.FromSeconds(30));

    /// <summary>The two words that name it to a subcommand.</summary>
    public string[] Flag => ["--node", Address.ToString()];

    public static async Task<RunningNode> StartAsync(string? password = null)
    {
        HengeOptions options = new() { Port = 0, Memory = 64 << 20, MaxValue = 1 << 20, Password = password };
        options.Bind.Clear();
        options.Bind.Add(IPAddress.Loopback);
        HengeNode node = new(options);
        await node.StartAsync(CancellationToken.None);
        return new RunningNode(node);
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();
}
