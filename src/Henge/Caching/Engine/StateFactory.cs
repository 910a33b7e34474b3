namespace Henge.Caching.Engine;

/// <summary>The factory of the platform's cache: with a state, and nothing to decide.</summary>
internal sealed class StateFactory<TState, T>(TState state, Func<TState, CancellationToken, ValueTask<T>> call)
    : IFactory<T>
{
    /// <inheritdoc/>
    public ValueTask<T> CallAsync(FactoryContext context, CancellationToken cancellationToken) =>
        call(state, cancellationToken);
}
