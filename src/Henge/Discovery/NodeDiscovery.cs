using System.Net;
using System.Net.Sockets;

using Henge.Discovery.Etcd;
using Henge.Discovery.Etcd.Gateway;
using Henge.Peers;
using Henge.Peers.Doors;
using Henge.Security;

namespace Henge.Discovery;

/// <summary>
/// A node's sources, each in a loop of its own, and what they name together: that is dialled. It says in the log what a
/// node waits for that is not ready because a source has not answered.
/// </summary>
internal sealed class NodeDiscovery : IDisposable
{
    private static readonly TimeSpan s_firstWord = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_nextWord = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_withdrawal = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly HengeNode _node;
    private readonly NameLookup _names = new();
    private readonly (IDiscovery Source, SourceView View)[] _sources;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];
    private RingHost? _ring;

    /// <summary>Creates the sources that the options name; nothing is asked yet.</summary>
    /// <exception cref="HengeStartException">One cannot be; the message says why.</exception>
    public NodeDiscovery(HengeNode node)
    {
        _node = node;
        Lookup = ResolveAsync;
        _sources = [.. node.Options.Discovery.Sources.Select(Create)
            .Select(source => (source, new SourceView(source.Name, node, Changed)))];
    }

    /// <summary>
    /// Finds the addresses of a name, or throws a <see cref="SocketException"/>; the platform's resolver unless it is
    /// set, before the start.
    /// </summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Lookup { get; set; }

    /// <summary>Whether there is any source.</summary>
    public bool IsOn => _sources.Length > 0;

    /// <summary>How they are.</summary>
    public IReadOnlyList<SourceStatus> Status => [.. _sources.Select(static pair => pair.View.Status)];

    /// <summary>Begins to ask.</summary>
    public void Start(RingHost ring)
    {
        if (!IsOn)
        {
            return;
        }
        _ring = ring;
        foreach ((IDiscovery source, SourceView view) in _sources)
        {
            _loops.Add(Task.Run(() => LookAsync(source, view)));
        }
        _loops.Add(Task.Run(SayWhatIsMissingAsync));
    }

    /// <summary>The node leaves: asks no more, and takes back what is entered about it. Does not fail.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_loops).ConfigureAwait(false);
        using var late = new CancellationTokenSource(s_withdrawal, _node.TimeProvider);
        await Task.WhenAll(_sources.Select(pair => pair.Source.WithdrawAsync(late.Token))).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((IDiscovery source, _) in _sources)
        {
            source.Dispose();
        }
        _stopping.Dispose();
    }

    // The options were validated before, so each text can be read.
    private IDiscovery Create(string text)
    {
        if (DnsName.Is(text))
        {
            _ = DnsName.TryParse(text, out DnsName? name);
            return new DnsDiscovery(
                name!, (host, stopping) => Lookup(host, stopping), _node.TimeProvider, Random.Shared.NextDouble);
        }
        _ = EtcdPrefix.TryParse(text, out EtcdPrefix? prefix);
        string cluster = _node.Options.ClusterName;
        return new EtcdDiscovery(
            prefix!, cluster, () => EtcdRecord.Of(_ring!.Snapshot.Self, cluster), Client(prefix!), _node.TimeProvider,
            Random.Shared.NextDouble, _node.Logger);
    }

    private EtcdClient Client(EtcdPrefix prefix)
    {
        DiscoveryOptions options = _node.Options.Discovery;
        SecretFile? file = options.EtcdPasswordFile is { } path ? new SecretFile("--etcd-password-file", path) : null;
        // Read once at the start, so that a wrong path is known then.
        _ = file?.Lines();
        return new EtcdClient(
            prefix, options.EtcdUser, () => file is null ? options.EtcdPassword! : FirstLine(file),
            prefix.IsSecure ? new EtcdTls(options, _node.TimeProvider, _node.Logger) : null, _node.TimeProvider);
    }

    private static string FirstLine(SecretFile file)
    {
        try
        {
            return file.Lines() is [{ } first, ..] ? first : throw new EtcdException($"{file.Name} is empty");
        }
        catch (HengeStartException error)
        {
            throw new EtcdException(error.Message);
        }
    }

    private Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var found = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _names.Find(host, (addresses, error) =>
        {
            if (error == SocketError.Success)
            {
                found.TrySetResult(addresses);
            }
            else
            {
                found.TrySetException(new SocketException((int)error));
            }
        });
        return found.Task.WaitAsync(cancellationToken);
    }

    private async Task LookAsync(IDiscovery source, SourceView view)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await source.RunAsync(view, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The root of a loop: whatever a source does, the next look may go well.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                view.Faulted();
                Log.DiscoveryThrew(_node.Logger, source.Name, exception);
            }
            await Task.Delay(s_afterFault, _node.TimeProvider, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // One at a time, so that the last that is told is the newest.
    private void Changed()
    {
        lock (_lock)
        {
            HashSet<string> addresses = new(StringComparer.Ordinal);
            foreach ((_, SourceView view) in _sources)
            {
                addresses.UnionWith(view.Addresses());
            }
            _ring!.Discovered(addresses, Array.TrueForAll(_sources, static pair => pair.View.Status.HasAnswered));
        }
    }

    private async Task SayWhatIsMissingAsync()
    {
        TimeSpan pause = s_firstWord;
        while (!_node.Ready && !_stopping.IsCancellationRequested)
        {
            await Task.Delay(pause, _node.TimeProvider, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = s_nextWord;
            SourceStatus[] missing = [.. Status.Where(static status => !status.HasAnswered)];
            if (!_node.Ready && !_stopping.IsCancellationRequested && missing.Length > 0)
            {
                Log.DiscoveryAwaited(_node.Logger, string.Join("; ", missing.Select(static status =>
                    status.Problem.Length > 0 ? $"{status.Source}: {status.Problem}" : status.Source)));
            }
        }
    }
}
