using System.Text;

using Henge.Discovery.Etcd.Gateway;

using Microsoft.Extensions.Logging;

namespace Henge.Discovery.Etcd;

/// <summary>
/// Nodes that enter themselves under a prefix of etcd, and read there who else did. It lists, watches what comes after,
/// and lists again whenever the watch ends or was silent for a while: so it does not matter whether etcd compacted what
/// it would have told, lost its data, or is another than before.
/// <code>
/// prefix/cluster/id -> record, under a lease     list at revision r -> watch from r + 1 -> ... -> list
/// </code>
/// The list is read through etcd's quorum. It is an answer once this node's own record is in it: whoever was entered
/// before is in it too, so of two nodes that start at once at least one sees the other.
/// </summary>
internal sealed class EtcdDiscovery : IDiscovery
{
    // Longer than anybody waits; more nodes than a ring can have.
    private const int MaxKeys = 4096;

    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_shortWatch = TimeSpan.FromSeconds(5);

    private readonly EtcdPrefix _prefix;
    private readonly string _cluster;
    private readonly Func<EtcdRecord> _self;
    private readonly EtcdClient _client;
    private readonly TimeProvider _timeProvider;
    private readonly EtcdPause _pause;
    private readonly ILogger _logger;
    private readonly Dictionary<string, EtcdRecord> _records = new(StringComparer.Ordinal);
    private readonly byte[] _from;
    private readonly byte[] _to;
    private EtcdRegistration? _registration;
    private ulong _etcd;
    private long _revision;
    private bool _hasToldOfStrangers;

    /// <summary>Creates it; nothing is asked yet.</summary>
    /// <param name="prefix">Where.</param>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="self">The record of this node as it is now.</param>
    /// <param name="client">Etcd; disposed with this.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="chance">From 0 to below 1; spreads the nodes of a fleet out.</param>
    /// <param name="logger">Where it logs.</param>
    public EtcdDiscovery(
        EtcdPrefix prefix, string cluster, Func<EtcdRecord> self, EtcdClient client, TimeProvider timeProvider,
        Func<double> chance, ILogger logger)
    {
        (_prefix, _cluster, _self, _client) = (prefix, cluster, self, client);
        (_timeProvider, _logger, _pause) = (timeProvider, logger, new EtcdPause(timeProvider, chance));
        string top = $"{prefix.Prefix}/{Uri.EscapeDataString(cluster)}";
        // A slash is followed by a zero, so this is all that begins with the slash.
        (_from, _to) = (Encoding.UTF8.GetBytes(top + "/"), Encoding.UTF8.GetBytes(top + "0"));
    }

    /// <inheritdoc/>
    public string Name => _prefix.ToString();

    /// <inheritdoc/>
    public async Task RunAsync(SourceView view, CancellationToken cancellationToken)
    {
        byte[] key = [.. _from, .. Encoding.UTF8.GetBytes(_self().Id)];
        _registration ??= new EtcdRegistration(_client, key, () => _self().ToBytes(), _pause);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task registering = _registration.RunAsync(both.Token);
        Task following = FollowAsync(view, both.Token);
        await Task.WhenAny(registering, following).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(registering, following).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task WithdrawAsync(CancellationToken cancellationToken) =>
        _registration?.WithdrawAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task FollowAsync(SourceView view, CancellationToken cancellationToken)
    {
        int failures = 0;
        while (true)
        {
            try
            {
                await ListAsync(cancellationToken).ConfigureAwait(false);
                Tell(view);
                failures = 0;
                long began = _timeProvider.GetTimestamp();
                await WatchAsync(view, cancellationToken).ConfigureAwait(false);
                if (_timeProvider.GetElapsedTime(began) < s_shortWatch)
                {
                    await _pause.AfterFailureAsync(1, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (EtcdException error)
            {
                view.Failed(error.Message);
                await _pause.AfterFailureAsync(++failures, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        EtcdReply list = await _client.CallAsync(
            "/v3/kv/range", new EtcdRequest { Key = _from, RangeEnd = _to, Limit = MaxKeys }, cancellationToken)
            .ConfigureAwait(false);
        EtcdHeader header = list.Header ?? throw new EtcdException("what it answers is not what etcd does");
        if (_etcd != 0 && (header.ClusterId != _etcd || header.Revision < _revision))
        {
            Log.EtcdIsAnother(_logger, Name);
        }
        (_etcd, _revision) = (header.ClusterId, header.Revision);
        _records.Clear();
        foreach (EtcdKeyValue pair in list.Kvs ?? [])
        {
            Put(pair);
        }
    }

    private async Task WatchAsync(SourceView view, CancellationToken cancellationToken)
    {
        var watch = new EtcdRequest
        {
            Key = _from,
            RangeEnd = _to,
            StartRevision = _revision + 1,
            ProgressNotify = true,
        };
        await _client.WatchAsync(
            new EtcdRequest { CreateRequest = watch }, s_silence, reply => Take(reply, view), cancellationToken)
            .ConfigureAwait(false);
    }

    private bool Take(EtcdReply reply, SourceView view)
    {
        if (reply.Canceled)
        {
            // What was compacted is in the next list.
            return reply.CompactRevision > 0 ? false
                : throw new EtcdException(reply.CancelReason ?? "the watch was ended");
        }
        foreach (EtcdEvent change in reply.Events ?? [])
        {
            if (change is { Type: "DELETE", Kv: { } gone })
            {
                _records.Remove(NodeOf(gone.Key));
            }
            else if (change.Kv is { } pair)
            {
                Put(pair);
            }
        }
        if (reply.Events is { Count: > 0 })
        {
            _revision = Math.Max(_revision, reply.Header?.Revision ?? 0);
            Tell(view);
        }
        return true;
    }

    private void Put(EtcdKeyValue pair)
    {
        string id = NodeOf(pair.Key);
        if (EtcdRecord.Read(pair.Value, _cluster, id) is { } record)
        {
            _records[id] = record;
            return;
        }
        _records.Remove(id);
        if (!_hasToldOfStrangers)
        {
            _hasToldOfStrangers = true;
            Log.EtcdHasStrangers(_logger, Name, Shown(pair.Key));
        }
    }

    private void Tell(SourceView view)
    {
        EtcdRecord self = _self();
        // A later process of this identity may have entered itself; it is left alone.
        bool isEntered = _records.TryGetValue(self.Id, out EtcdRecord? own) && own.Boot >= self.Boot;
        if (!isEntered)
        {
            _registration!.Missed();
        }
        string problem = isEntered ? "" : _registration!.Problem;
        view.Named(
            [.. _records.Values.Select(static record => record.Address)],
            isEntered,
            problem.Length > 0 ? $"this node cannot enter itself: {problem}" : "");
    }

    private string NodeOf(byte[]? key) =>
        key is null ? "" : Encoding.UTF8.GetString(key.AsSpan(Math.Min(key.Length, _from.Length)));

    private static string Shown(byte[]? key)
    {
        string text = key is null ? "" : Encoding.UTF8.GetString(key.AsSpan(0, Math.Min(key.Length, 200)));
        return string.Concat(text.Select(static c => c is < ' ' or > '~' ? '?' : c));
    }
}
