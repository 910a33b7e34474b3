using System.Diagnostics;

using Henge.Caching.Levels;
using Henge.Cluster.FirstLevels;
using Henge.Diagnostics.Meters;
using Henge.Entries;
using Henge.Entries.Leases;
using Henge.Storage;

namespace Henge.Caching.Engine;

/// <summary>
/// The work of one flight: asks the ring, and where it has no value the factory, whose value it stores. Of all
/// processes of the ring one at a time holds the key's lease and calls its factory; the others ask again and again
/// until the value is there, or the lease is theirs since its holder failed, died or took too long. On the thread pool
/// from the start, so that a caller who is cancelled is never held up by code that is not.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="key">The key.</param>
/// <param name="bytes">The same as the ring has it.</param>
/// <param name="factory">Makes the value.</param>
/// <param name="policy">What is read and written, and how long it lives.</param>
/// <param name="flight">Who waits.</param>
/// <param name="codec">Reads and writes the value.</param>
/// <param name="isMissing">Whether the ring is known not to have it.</param>
internal sealed class Filling<T>(
    CacheEngine engine,
    string key,
    byte[] bytes,
    IFactory<T> factory,
    Policy policy,
    Flight<T> flight,
    Codec<T> codec,
    bool isMissing)
{
    // When this process dies, others wait so long at most; while it lives it renews the lease.
    private const int LeaseMs = 30_000;

    // Whether the key has changed is looked at here; the owner is asked when it has, and at least so often.
    private const int LookMs = 25;
    private const int AskMs = 250;

    private static ReadOnlySpan<byte> RenewalSuffix => "\0renewal"u8;

    private LeaseToken _lease;
    private byte[]? _leaseKey;
    private Landing<T>? _former;
    private ulong _formerVersion;
    private bool _isFormerServed;
    private bool _isRingAway;

    /// <summary>Brings the value.</summary>
    /// <exception cref="Exception">What the factory throws.</exception>
    public async Task<Landing<T>> RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        CancellationToken token = flight.Token;
        bool isFilling = policy.ReadsRing && policy.Makes && policy.WritesRing;
        try
        {
            Landing<T>? found = isFilling ? await FindOrLeaseAsync(token).ConfigureAwait(false)
                : policy.ReadsRing && !isMissing ? await FindAsync(token).ConfigureAwait(false)
                : null;
            return found ?? (!policy.Makes ? Land(default!, null)
                : _former is null ? await MakeAsync(token).ConfigureAwait(false)
                : await RenewAsync(_former, token).ConfigureAwait(false));
        }
        finally
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    private async Task<Landing<T>?> FindAsync(CancellationToken token)
    {
        try
        {
            (EntryAnswer answer, Stamp stamp) = await engine.Node.Kept.GetAsync(bytes, token).ConfigureAwait(false);
            return answer.Status == EntryStatus.Done ? Found(answer, stamp) : null;
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            return Troubled();
        }
    }

    /// <summary>Finds the value, perhaps when another has made it; null: this process is to make it.</summary>
    private async Task<Landing<T>?> FindOrLeaseAsync(CancellationToken token)
    {
        try
        {
            while (true)
            {
                // Not given up half way: a lease that nobody knows of would hold up all others.
                (EntryAnswer answer, Stamp stamp) = await engine.Node.Kept
                    .GetOrLeaseAsync(bytes, LeaseMs, CancellationToken.None).ConfigureAwait(false);
                switch (answer.Status)
                {
                    case EntryStatus.Held:
                        await WaitAsync(stamp, answer.HeldMs, token).ConfigureAwait(false);
                        break;
                    case EntryStatus.Leased:
                        _lease = answer.Token;
                        token.ThrowIfCancellationRequested();
                        return null;
                    case EntryStatus.Done when policy.IsDue(answer):
                        return await TakeRenewalAsync(answer).ConfigureAwait(false);
                    case EntryStatus.Done:
                        return Found(answer, stamp);
                    default:
                        return null;
                }
            }
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            return Troubled();
        }
    }

    /// <summary>
    /// Takes down a value that is to be made anew, and the right to do so: the lease of a key beside it, since leases
    /// are given for what is missing. Who does not get it has the former value.
    /// </summary>
    private async Task<Landing<T>?> TakeRenewalAsync(EntryAnswer answer)
    {
        if (!engine.TryDecode(answer.Value!, out T value))
        {
            return null;
        }
        Landing<T> former = Land(value, answer.Value);
        byte[] renewal = [.. bytes, .. RenewalSuffix];
        if (renewal.Length <= StoreOptions.MaxKeyBytes)
        {
            EntryAnswer lease = await engine.Node.LeaseCalls.GetOrLeaseAsync(
                renewal, EntryFlags.None, LeaseMs, engine.Node.Options.RingTimeout, CancellationToken.None)
                .ConfigureAwait(false);
            if (lease.Status == EntryStatus.Held)
            {
                return former;
            }
            (_lease, _leaseKey) = (lease.Status == EntryStatus.Leased ? lease.Token : default, renewal);
        }
        (_former, _formerVersion, _isFormerServed) = (former, answer.Version, !policy.IsExpired(answer));
        return null;
    }

    /// <summary>Makes a value anew; where that fails or takes too long the former one is served.</summary>
    private async Task<Landing<T>> RenewAsync(Landing<T> former, CancellationToken token)
    {
        if (_isFormerServed)
        {
            flight.LandEarly(former);
        }
        Task<Landing<T>> making = MakeAsync(token);
        try
        {
            if (!_isFormerServed && policy.SoftTimeout != Timeout.InfiniteTimeSpan)
            {
                await ((Task)making).WaitAsync(policy.SoftTimeout, engine.Node.TimeProvider, token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!making.IsCompleted && !token.IsCancellationRequested)
                {
                    flight.LandEarly(former);
                }
            }
            return await making.ConfigureAwait(false);
        }
        catch (Exception exception) when (!token.IsCancellationRequested)
        {
            // The application's code. Its lease ends with its time: until then all have the former value, and nobody
            // calls a factory that has just failed.
            _lease = default;
            engine.ServedFormer(typeof(T), exception);
            return former;
        }
    }

    private async Task WaitAsync(Stamp stamp, long heldMs, CancellationToken token)
    {
        for (int waitedMs = 0; waitedMs < AskMs && waitedMs < heldMs; waitedMs += LookMs)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(LookMs), engine.Node.TimeProvider, token).ConfigureAwait(false);
            if (engine.Node.Kept.HasChanged(stamp))
            {
                return;
            }
        }
    }

    // What cannot be read is made again, and stored over it.
    private Landing<T>? Found(in EntryAnswer answer, in Stamp stamp) =>
        engine.TryTake(key, answer, stamp, policy, out T value) ? Land(value, answer.Value) : null;

    // The application may be torn down while a factory works; who waits for it still gets what it makes.
    private static bool IsTrouble(Exception exception) => exception is HengeException or ObjectDisposedException;

    private Landing<T>? Troubled()
    {
        engine.Meters?.Troubled();
        _isRingAway = true;
        return null;
    }

    private async Task<Landing<T>> MakeAsync(CancellationToken token)
    {
        var context = new FactoryContext(key, policy.Expiration, policy.Tags);
        bool hasMade = false;
        T value;
        Activity? activity = CallActivities.StartFactory();
        LeaseRenewal? renewal = _lease.Value == 0 ? null : new(engine.Node, _leaseKey ?? bytes, _lease, LeaseMs);
        try
        {
            value = await CallAsync(context, token).ConfigureAwait(false);
            hasMade = true;
        }
        finally
        {
            activity?.SetStatus(hasMade ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
            activity?.Dispose();
            engine.Meters?.FactoryEnded(hasMade);
            if (renewal is not null)
            {
                await renewal.DisposeAsync().ConfigureAwait(false);
            }
        }
        return await KeepAsync(value, context).ConfigureAwait(false);
    }

    private async ValueTask<T> CallAsync(FactoryContext context, CancellationToken token)
    {
        if (policy.FactoryTimeout == Timeout.InfiniteTimeSpan)
        {
            return await factory.CallAsync(context, token).ConfigureAwait(false);
        }
        var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        Task<T> made = factory.CallAsync(context, limit.Token).AsTask();
        try
        {
            return await made.WaitAsync(policy.FactoryTimeout, engine.Node.TimeProvider, token).ConfigureAwait(false);
        }
        finally
        {
            // One that does not look at its token goes on alone, and what it makes counts for nothing.
            await limit.CancelAsync().ConfigureAwait(false);
            _ = made.ContinueWith(
                static (ended, limit) =>
                {
                    _ = ended.Exception;
                    ((CancellationTokenSource)limit!).Dispose();
                },
                limit, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async ValueTask<Landing<T>> KeepAsync(T value, FactoryContext context)
    {
        if (!context.IsCached || !(policy.WritesRing || policy.KeepsHere)
            || engine.TryEncode(value) is not { } written)
        {
            return Land(value, null);
        }
        Policy made = (policy with { Expiration = context.Expiration }).With(context.Tags);
        if (engine.Node.Tags.IsStale(made.Attributes, flight.Since))
        {
            // Its tags were invalidated while it was made, perhaps from what was there before.
            engine.Meters?.Refused("changed");
        }
        else if (!policy.WritesRing)
        {
            engine.KeepOwn(key, value, written, made, flight.Begun, flight.Since);
        }
        else if (!_isRingAway)
        {
            await StoreAsync(written, made).ConfigureAwait(false);
        }
        return Land(value, written);
    }

    private async ValueTask StoreAsync(ReadOnlyMemory<byte> written, Policy made)
    {
        try
        {
            EntryWrite write = made.Write with { Begun = flight.Since };
            if (_former is not null)
            {
                write = write with { Condition = EntryCondition.IfVersion, Version = _formerVersion };
            }
            else if (_lease.Value != 0)
            {
                write = write with { Condition = EntryCondition.IfLeased, Version = _lease.Value };
            }
            EntryAnswer answer = await WithinAsync(engine.WriteAsync(bytes, written, write, flight.Token))
                .ConfigureAwait(false);
            if (answer.Status == EntryStatus.Done)
            {
                // The write has ended the lease of its key.
                _lease = _former is null ? default : _lease;
            }
            else
            {
                engine.Meters?.Refused(
                    answer.Status is EntryStatus.StaleLease or EntryStatus.Refused ? "changed" : "value");
            }
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            // Who gave the lease is away: it ends with that process or with its time.
            engine.Meters?.Troubled();
            _lease = default;
        }
    }

    /// <summary>
    /// Waits for the ring as long as a read does; the call goes on, and what comes of it is no matter then.
    /// </summary>
    private async ValueTask<EntryAnswer> WithinAsync(ValueTask<EntryAnswer> call)
    {
        Task<EntryAnswer> calling = call.AsTask();
        try
        {
            return await calling
                .WaitAsync(engine.Node.Options.RingTimeout, engine.Node.TimeProvider, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _ = calling.ContinueWith(
                static ended => ended.Exception, CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw HengeException.Of(HengeFailure.OwnerAway);
        }
    }

    /// <summary>Lets the next have the lease at once; without that it ends with its time.</summary>
    private async ValueTask ReleaseAsync()
    {
        if (_lease.Value == 0)
        {
            return;
        }
        try
        {
            await WithinAsync(engine.Node.LeaseCalls.ReleaseAsync(_leaseKey ?? bytes, _lease, CancellationToken.None))
                .ConfigureAwait(false);
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            engine.Meters?.Troubled();
        }
    }

    private Landing<T> Land(T value, ReadOnlyMemory<byte>? written) => new(value, written, codec);
}
