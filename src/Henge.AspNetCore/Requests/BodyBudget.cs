using Henge.Storage;

namespace Henge.AspNetCore.Requests;

/// <summary>The bytes that all request bodies hold together: bounded, and charged to the node's memory.</summary>
internal sealed class BodyBudget
{
    private readonly Store _store;
    private readonly long _limit;
    private long _held;

    internal BodyBudget(Store store, HttpLimits limits)
    {
        _store = store;
        _limit = limits.BodiesInFlight * HttpLimits.JsonBodyBytes(store.MaxValueBytes);
    }

    /// <summary>Bytes held now.</summary>
    internal long Held => Interlocked.Read(ref _held);

    /// <summary>Takes bytes; false when that would pass the bound.</summary>
    internal bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _held, bytes) > _limit)
        {
            Interlocked.Add(ref _held, -bytes);
            return false;
        }
        _store.Charge(bytes);
        return true;
    }

    /// <summary>Gives bytes back.</summary>
    internal void Give(int bytes)
    {
        Interlocked.Add(ref _held, -bytes);
        _store.Charge(-bytes);
    }
}
