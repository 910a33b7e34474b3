using Henge.Discovery.Etcd.Gateway;

namespace Henge.Discovery.Etcd;

/// <summary>
/// Keeps this node's record in etcd, under a lease that is renewed: a node that is gone leaves no record for long, and
/// one whose lease ran out, since it or etcd stood still, enters itself again.
/// </summary>
/// <param name="client">Etcd.</param>
/// <param name="key">Where the record goes.</param>
/// <param name="record">The record as it is now.</param>
/// <param name="pause">Makes the pauses.</param>
internal sealed class EtcdRegistration(EtcdClient client, byte[] key, Func<byte[]> record, EtcdPause pause)
{
    /// <summary>Seconds that a lease lives; longer than etcd takes for the election of a leader.</summary>
    public const int LeaseSeconds = 30;

    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(LeaseSeconds / 3);

    private TaskCompletionSource _missed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _problem = "";
    private long _lease;
    private bool _isEntered;

    /// <summary>Why this node is not entered; empty when it is, or not tried yet.</summary>
    public string Problem => Volatile.Read(ref _problem);

    /// <summary>The record is not where it should be: it is entered again at once.</summary>
    public void Missed() => Volatile.Read(ref _missed).TrySetResult();

    /// <summary>Enters the record and keeps it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int failures = 0;
        while (true)
        {
            try
            {
                await KeepAsync(cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _problem, "");
                failures = 0;
                if (await pause.UntilAsync(_missed.Task, s_renewal, cancellationToken).ConfigureAwait(false))
                {
                    _isEntered = false;
                    Volatile.Write(ref _missed, new(TaskCreationOptions.RunContinuationsAsynchronously));
                    // Whoever deletes it again and again is not fought faster than this.
                    await pause.AfterFailureAsync(1, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (EtcdException error)
            {
                if (error.Code == EtcdException.NotFound)
                {
                    (_lease, _isEntered) = (0, false);
                }
                Volatile.Write(ref _problem, error.Message);
                await pause.AfterFailureAsync(++failures, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes the record back. Not while <see cref="RunAsync"/> runs.</summary>
    public async Task WithdrawAsync(CancellationToken cancellationToken)
    {
        if (_lease == 0)
        {
            return;
        }
        try
        {
            await client.CallAsync("/v3/lease/revoke", new EtcdRequest { Id = _lease }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (error is EtcdException or OperationCanceledException)
        {
            // The lease ends by itself.
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (_lease != 0)
        {
            EtcdReply kept = await client
                .CallAsync("/v3/lease/keepalive", new EtcdRequest { Id = _lease }, cancellationToken)
                .ConfigureAwait(false);
            if (kept.Ttl <= 0)
            {
                (_lease, _isEntered) = (0, false);
            }
        }
        if (_lease == 0)
        {
            EtcdReply granted = await client
                .CallAsync("/v3/lease/grant", new EtcdRequest { Ttl = LeaseSeconds }, cancellationToken)
                .ConfigureAwait(false);
            _lease = granted.Id;
        }
        if (!_isEntered)
        {
            await client.CallAsync(
                "/v3/kv/put", new EtcdRequest { Key = key, Value = record(), Lease = _lease }, cancellationToken)
                .ConfigureAwait(false);
            _isEntered = true;
        }
    }
}
