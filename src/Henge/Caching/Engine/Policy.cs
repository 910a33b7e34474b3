using Henge.Cluster.Tags;
using Henge.Entries;
using Henge.Tags;

using Microsoft.Extensions.Caching.Hybrid;

namespace Henge.Caching.Engine;

/// <summary>How one call uses the levels, and how long and with which tags a value is kept. Never changes.</summary>
internal sealed record Policy
{
    /// <summary>How long a value lives in the ring; <see cref="TimeSpan.MaxValue"/> for ever.</summary>
    public required TimeSpan Expiration { get; init; }

    /// <summary>How long a value is kept in the first level at most; it never outlives the ring's.</summary>
    public TimeSpan LocalExpiration { get; init; } = TimeSpan.MaxValue;

    /// <summary>Which levels are read and written.</summary>
    public HybridCacheEntryFlags Flags { get; init; }

    /// <summary>The mark of the application (<see cref="TagNames.MarkOf"/>).</summary>
    public required byte[] Mark { get; init; }

    /// <summary>Names of the tags of what is stored.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The same as the ring keeps them, with the mark.</summary>
    public required byte[] TagList { get; init; }

    /// <summary>The tags alone as attributes of an entry.</summary>
    public byte[] Attributes
    {
        get
        {
            byte[] block = new byte[TagBlock.Length(TagList, begun: 0)];
            TagBlock.Write(TagList, begun: 0, block);
            return block;
        }
    }

    /// <summary>How long it lives after each use, within <see cref="Expiration"/>; zero: that alone counts.</summary>
    public TimeSpan Sliding { get; init; }

    /// <summary>How long the factory may take; infinite: as long as it likes.</summary>
    public TimeSpan FactoryTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// How long the ring keeps a value beyond its expiration, to be served where the factory fails; zero: not.
    /// </summary>
    public TimeSpan FailSafe { get; init; }

    /// <summary>How long before its expiration a value is made anew while it is served; zero: not.</summary>
    public TimeSpan RefreshAhead { get; init; }

    /// <summary>How long callers wait for the factory where there is an expired value; infinite: for its end.</summary>
    public TimeSpan SoftTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>What the ring is given beside the value.</summary>
    public EntryWrite Write
    {
        get
        {
            long ttlMs = Expiration == TimeSpan.MaxValue ? 0
                : Math.Min(Milliseconds(Expiration) + Kept(FailSafe), Lifetime.LongestMs);
            return new EntryWrite(new Lifetime(ttlMs, Kept(Sliding), ExpiresAtMs: 0)) { Tags = TagList };
        }
    }

    /// <summary>Whether the first level may keep what was found or made.</summary>
    public bool KeepsHere => (Flags & HybridCacheEntryFlags.DisableLocalCacheWrite) == 0;

    /// <summary>Whether the ring may answer.</summary>
    public bool ReadsRing => (Flags & HybridCacheEntryFlags.DisableDistributedCacheRead) == 0;

    /// <summary>Whether what was made is stored in the ring.</summary>
    public bool WritesRing => (Flags & HybridCacheEntryFlags.DisableDistributedCacheWrite) == 0;

    /// <summary>Whether the factory may be called.</summary>
    public bool Makes => (Flags & HybridCacheEntryFlags.DisableUnderlyingData) == 0;

    /// <summary>Whether a value that the ring still has is past its expiration.</summary>
    public bool IsExpired(in EntryAnswer answer) => FailSafe != TimeSpan.Zero && Left(answer) <= Kept(FailSafe);

    /// <summary>Whether it is to be made anew by now.</summary>
    public bool IsDue(in EntryAnswer answer) =>
        (FailSafe != TimeSpan.Zero || RefreshAhead != TimeSpan.Zero)
        && Left(answer) <= Kept(FailSafe) + Kept(RefreshAhead);

    /// <summary>How long the first level may keep a value that was read with so much left, in milliseconds.</summary>
    public long LocalMs(long leftMs) => Math.Min(
        (leftMs < 0 ? Lifetime.LongestMs : leftMs) - Kept(FailSafe) - Kept(RefreshAhead),
        Milliseconds(LocalExpiration));

    /// <summary>As this one, for a value with other tags.</summary>
    /// <exception cref="ArgumentException">They cannot be.</exception>
    public Policy With(IEnumerable<string> tags)
    {
        string[] names = [.. tags];
        return this with { Tags = names, TagList = ListOf(names, Mark) };
    }

    /// <summary>The list of some tags and a mark as the ring keeps it; null is none.</summary>
    /// <exception cref="ArgumentException">One is null, empty, <c>*</c> or too long, or there are too many.</exception>
    public static byte[] ListOf(IEnumerable<string>? tags, byte[] mark) =>
        TagNames.TryMakeList(tags ?? [], mark, out byte[] list) is { } wrong
            ? throw new ArgumentException(wrong, nameof(tags)) : list;

    /// <summary>A lifetime in milliseconds, rounded up; more than a hundred years are a hundred years.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not more than zero.</exception>
    public static long Milliseconds(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        long milliseconds = (time.Ticks / TimeSpan.TicksPerMillisecond)
            + (time.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
        return Math.Min(milliseconds, Lifetime.LongestMs);
    }

    private static long Kept(TimeSpan time) => time == TimeSpan.Zero ? 0 : Milliseconds(time);

    private static long Left(in EntryAnswer answer) =>
        answer.Provenance is { LeftMs: >= 0 } from ? from.LeftMs : long.MaxValue;
}
