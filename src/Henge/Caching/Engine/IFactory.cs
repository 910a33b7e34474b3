namespace Henge.Caching.Engine;

/// <summary>Makes a value that is not in the cache: the application's code, in either of its shapes.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
internal interface IFactory<T>
{
    /// <summary>Makes it.</summary>
    /// <param name="context">What it may decide.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any more, or when its time is over.</param>
    ValueTask<T> CallAsync(FactoryContext context, CancellationToken cancellationToken);
}
