using System.Collections.Concurrent;

using Henge.Cluster.FirstLevels;
using Henge.Entries.Kept;
using Henge.Tags;

namespace Henge.Caching.Engine;

/// <summary>
/// The searches under way in this process, one for each key: callers that come meanwhile wait for the same, but not for
/// one that began before a change of the key or of its tags that this process knows of. So who has written, removed or
/// invalidated never gets what was found or made before. Thread safe.
/// </summary>
/// <param name="kept">Knows which keys have changed.</param>
/// <param name="tags">Knows which tags were invalidated.</param>
internal sealed class Flights(KeptReads kept, NodeTags tags)
{
    private readonly ConcurrentDictionary<FlightKey, object> _flights = new();

    /// <summary>Joins the flight of a key, or begins one; who begins it must have it fly and then end it.</summary>
    /// <param name="key">What is searched.</param>
    /// <param name="bytes">Its key as the ring has it.</param>
    /// <param name="attributes">The tags of what is made, as attributes.</param>
    /// <param name="since">A version that every invalidation from now on passes.</param>
    /// <param name="isNew">Whether the caller has begun it.</param>
    public Flight<T> Join<T>(
        in FlightKey key, ReadOnlySpan<byte> bytes, byte[] attributes, ulong since, out bool isNew)
    {
        Flight<T>? begun = null;
        while (true)
        {
            if (!_flights.TryGetValue(key, out object? found))
            {
                begun ??= new Flight<T>(kept.Begin(bytes), attributes, since);
                if (_flights.TryAdd(key, begun))
                {
                    isNew = true;
                    return begun;
                }
                continue;
            }
            var flight = (Flight<T>)found;
            if (!IsOld(flight) && flight.TryJoin())
            {
                begun?.Dispose();
                isNew = false;
                return flight;
            }
            // Those who wait for it go on doing so; it takes itself out only where it still is.
            End(key, flight);
        }
    }

    /// <summary>A flight is over: who comes now begins another.</summary>
    public void End<T>(in FlightKey key, Flight<T> flight) =>
        _flights.TryRemove(new KeyValuePair<FlightKey, object>(key, flight));

    private bool IsOld<T>(Flight<T> flight)
    {
        Stamp begun = flight.Begun;
        return kept.HasChanged(begun) || tags.IsStale(flight.Attributes, flight.Since);
    }
}
