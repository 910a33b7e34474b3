using System.Collections.Concurrent;
using System.Text;

namespace Henge.Diagnostics;

/// <summary>
/// Errors that commands answered, by their code (ERR, WRONGTYPE, …), for INFO errorstats. At most
/// <see cref="MaxCodes"/> codes are told apart; the rest count together as OTHER. Thread safe.
/// </summary>
internal sealed class ErrorCounters
{
    /// <summary>Codes told apart.</summary>
    public const int MaxCodes = 128;

    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Counter>.AlternateLookup<ReadOnlySpan<char>> _byCode;
    private long _total;

    /// <summary>Counters at zero.</summary>
    public ErrorCounters() => _byCode = _counters.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All errors.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>
    /// Counts the error whose reply starts with <paramref name="text"/>, "-ERR syntax error" for one.
    /// </summary>
    public void Count(ReadOnlySpan<byte> text)
    {
        Interlocked.Increment(ref _total);
        Span<char> code = stackalloc char[24];
        int length = 0;
        for (int i = 1; i < text.Length && length < code.Length && text[i] is >= (byte)'A' and <= (byte)'Z'; i++)
        {
            code[length++] = (char)text[i];
        }
        if (!_byCode.TryGetValue(code[..length], out Counter? counter))
        {
            string name = _counters.Count < MaxCodes && length != 0 ? code[..length].ToString() : "OTHER";
            counter = _counters.GetOrAdd(name, static _ => new Counter());
        }
        Interlocked.Increment(ref counter.Value);
    }

    /// <summary>Zeroes all.</summary>
    public void Reset()
    {
        _counters.Clear();
        Interlocked.Exchange(ref _total, 0);
    }

    /// <summary>Writes the lines of INFO errorstats.</summary>
    public void Write(StringBuilder text)
    {
        foreach ((string code, Counter counter) in _counters)
        {
            text.Append("errorstat_").Append(code).Append(":count=").Append(counter.Value).Append("\r\n");
        }
    }

    private sealed class Counter
    {
        public long Value;
    }
}
