namespace Henge.Caching.Engine;

/// <summary>The factory of <see cref="HengeCache"/>: it may decide how its value is kept.</summary>
internal sealed class ContextFactory<T>(Func<FactoryContext, CancellationToken, ValueTask<T>> call) : IFactory<T>
{
    /// <inheritdoc/>
    public ValueTask<T> CallAsync(FactoryContext context, CancellationToken cancellationToken) =>
        call(context, cancellationToken);
}
