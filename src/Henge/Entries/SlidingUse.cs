using Henge.Storage;

namespace Henge.Entries;

/// <summary>
/// What a use does to an entry with an idle time: its expiry moves, exactly and at once, and its version does not. To
/// send every such move to the copies would make each read a write of the whole value. So they are told when the expiry
/// passes a multiple of a sixteenth of the idle time, which needs no memory of what they know: a copy is behind by less
/// than that, and when its owner dies an entry ends at most so much early. At most 16 times in an idle time an entry is
/// sent, however often it is read.
/// </summary>
internal static class SlidingUse
{
    private const int Steps = 16;

    /// <summary>Moves the expiry of a found entry; one that the store has no room to move stays as it is.</summary>
    /// <returns>Whether the copies are to be told.</returns>
    public static bool Apply(scoped in EntryScope entry, in EntryAttributes attributes, long nowMs)
    {
        long before = entry.ExpiresAtMs;
        if (attributes.IdleMs <= 0 || before == 0)
        {
            return false;
        }
        long expiry = Lifetime.Sliding(attributes.IdleMs, attributes.DeadlineMs, nowMs);
        if (expiry <= before || entry.ExtendExpiry(expiry, tellsCopies: false) != WriteResult.Ok)
        {
            return false;
        }
        long step = Math.Max(1, attributes.IdleMs / Steps);
        return expiry / step != before / step;
    }

    /// <summary>Tells the copies of the expiry that a found entry has, where it has an idle time.</summary>
    public static void Tell(scoped in EntryScope entry)
    {
        if (entry.ExpiresAtMs is not 0 and long expiry && EntryAttributes.Read(entry.Attributes).IdleMs > 0)
        {
            entry.ExtendExpiry(expiry);
        }
    }
}
