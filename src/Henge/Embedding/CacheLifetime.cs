using Henge.Entries;

using Microsoft.Extensions.Caching.Distributed;

namespace Henge.Embedding;

/// <summary>
/// What the platform's options ask for, as the ring counts: in whole milliseconds, never less than asked.
/// </summary>
internal static class CacheLifetime
{
    /// <summary>
    /// Reads the options: a relative expiry goes before a moment, as in the platform's own caches, and sliding does not
    /// pass either. A relative one counts by the owner's clock, a moment is compared with it. More than a hundred years
    /// are a hundred years.
    /// </summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The moment is not to come.</exception>
    public static Lifetime Of(DistributedCacheEntryOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        long idle = Milliseconds(options.SlidingExpiration);
        if (options.AbsoluteExpirationRelativeToNow is { } relative)
        {
            return new Lifetime(Milliseconds(relative), idle, 0);
        }
        if (options.AbsoluteExpiration is not { } moment)
        {
            return new Lifetime(0, idle, 0);
        }
        if (moment <= now)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), moment, "The absolute expiration value must be in the future.");
        }
        long left = Milliseconds(moment - now);
        return new Lifetime(0, idle, left == Lifetime.LongestMs
            ? now.ToUnixTimeMilliseconds() + left
            : (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerMillisecond - 1)
                / TimeSpan.TicksPerMillisecond);
    }

    private static long Milliseconds(TimeSpan? time)
    {
        if (time is not { } span)
        {
            return 0;
        }
        long milliseconds = (span.Ticks / TimeSpan.TicksPerMillisecond)
            + (span.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
        return Math.Min(milliseconds, Lifetime.LongestMs);
    }
}
