using Henge.Storage;

namespace Henge.Transport.Buffers;

/// <summary>
/// What all connections may hold in buffers together. Every byte is charged to the store's memory limit too, so entries
/// give way to buffers; the bound keeps many clients with large half-sent values from taking all of it. Thread safe.
/// </summary>
internal sealed class BufferBudget
{
    /// <summary>Smaller pieces are always granted: a node that is full must still be able to say so.</summary>
    private const int AlwaysGrantedBytes = 16 << 10;

    private readonly Store _store;
    private readonly HengeOptions _options;
    private long _held;

    /// <summary>Creates the budget of one node.</summary>
    public BufferBudget(Store store, HengeOptions options)
    {
        _store = store;
        _options = options;
    }

    /// <summary>Bytes held now.</summary>
    public long HeldBytes => Volatile.Read(ref _held);

    /// <summary>
    /// Takes bytes before they are allocated; false when the bound would be passed, and then nothing is taken.
    /// </summary>
    public bool TryTake(long bytes)
    {
        long held = Interlocked.Add(ref _held, bytes);
        if (bytes > AlwaysGrantedBytes && held > Bound)
        {
            Interlocked.Add(ref _held, -bytes);
            return false;
        }
        _store.Charge(bytes);
        return true;
    }

    /// <summary>Takes bytes that are held already, whatever the bound.</summary>
    public void Charge(long bytes)
    {
        Interlocked.Add(ref _held, bytes);
        _store.Charge(bytes);
    }

    /// <summary>Gives back bytes that were taken.</summary>
    public void Give(long bytes) => Charge(-bytes);

    private long Bound => _options.Limits.BufferBytes > 0 ? _options.Limits.BufferBytes : _options.Memory / 2;
}
