using System.Buffers.Text;

using Henge.Commands;
using Henge.Storage;

namespace Henge.Entries.Counters;

/// <summary>
/// Values that are numbers: 64-bit integers in decimal, as Redis writes them, so that INCR, HTTP's <c>:incr</c> and the
/// caches of an application count in one counter.
/// </summary>
internal static class Counter
{
    /// <summary>Changes the counter of an open key.</summary>
    /// <param name="entry">The key; expiry and attributes of an entry that is there stay.</param>
    /// <param name="change">What is done.</param>
    /// <param name="expiresAtMs">Expiry of a counter that is not there yet; 0 for none.</param>
    /// <param name="attributes">Its attributes; empty for none.</param>
    /// <param name="sum">What it is now.</param>
    /// <returns>
    /// <see cref="EntryStatus.Done"/>, or why nothing was changed: <see cref="EntryStatus.WrongType"/>,
    /// <see cref="EntryStatus.NotANumber"/>, <see cref="EntryStatus.Overflow"/>, <see cref="EntryStatus.NoRoom"/>, or
    /// of a key above 64 KiB <see cref="EntryStatus.TooLong"/>.
    /// </returns>
    public static EntryStatus Change(
        scoped in EntryScope entry, in CounterChange change, long expiresAtMs, ReadOnlySpan<byte> attributes,
        out long sum)
    {
        sum = change.Initial;
        if (entry.Found && entry.Type != EntryType.String)
        {
            return EntryStatus.WrongType;
        }
        if (entry.Found && !Numbers.TryParse(entry.Value, out sum))
        {
            return EntryStatus.NotANumber;
        }
        long before = sum;
        sum = unchecked(before + change.Delta);
        if (((before ^ sum) & (change.Delta ^ sum)) < 0)
        {
            return EntryStatus.Overflow;
        }
        Span<byte> digits = stackalloc byte[Numbers.MaxIntegerLength];
        Utf8Formatter.TryFormat(sum, digits, out int length);
        digits = digits[..length];
        if (!entry.Found)
        {
            return StatusOf(entry.Set(EntryType.String, digits, expiresAtMs, attributes));
        }
        if (entry.Value.Length == length)
        {
            digits.CopyTo(entry.WritableValue);
            entry.Modified();
            return EntryStatus.Done;
        }
        EntryStatus status = StatusOf(entry.Resize(EntryType.String, length, out Span<byte> room));
        if (status == EntryStatus.Done)
        {
            digits.CopyTo(room);
        }
        return status;
    }

    private static EntryStatus StatusOf(WriteResult result) => result switch
    {
        WriteResult.Ok => EntryStatus.Done,
        WriteResult.TooLarge => EntryStatus.TooLong,
        _ => EntryStatus.NoRoom,
    };
}
