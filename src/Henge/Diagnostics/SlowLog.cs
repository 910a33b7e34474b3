using System.Text;

using Henge.Commands;
using Henge.Sessions;
using Henge.Storage;

namespace Henge.Diagnostics;

/// <summary>
/// The latest commands that took long, newest first, with the time and the words that matter to find the cause. As
/// in Redis it keeps at most 32 words of at most 128 bytes each. Words of sensitive commands are never kept. What it
/// holds is charged to the store. Thread safe.
/// </summary>
internal sealed class SlowLog(Store store, HengeOptions options)
{
    private const int MaxWords = 32;
    private const int MaxWordBytes = 128;
    private static readonly byte[] s_redacted = "(redacted)"u8.ToArray();

    private readonly Lock _lock = new();
    private readonly LinkedList<SlowLogEntry> _entries = new();
    private long _nextId;

    /// <summary>Whether a command of that duration belongs here.</summary>
    public bool Wants(long microseconds) =>
        options.SlowLogMicroseconds >= 0 && microseconds >= options.SlowLogMicroseconds;

    /// <summary>Entries held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Remembers a command that <see cref="Wants"/>; the oldest beyond the limit is forgotten.</summary>
    public void Add(RespSession session, Command command, CommandArguments words, long microseconds, long nowMs)
    {
        byte[][] kept = Shorten(command, words);
        int bytes = 200 + session.Client.Name.Length;
        foreach (byte[] word in kept)
        {
            bytes += 32 + word.Length;
        }
        string client = session.Connection.RemoteEndPoint.ToString() ?? "";
        lock (_lock)
        {
            _entries.AddFirst(new SlowLogEntry
            {
                Id = _nextId++,
                UnixSeconds = nowMs / 1000,
                Microseconds = microseconds,
                Words = kept,
                Client = client,
                ClientName = session.Client.Name,
                Bytes = bytes,
            });
            store.Charge(bytes);
            Trim();
        }
    }

    /// <summary>The newest <paramref name="count"/> entries, newest first; all with -1.</summary>
    public SlowLogEntry[] Newest(int count)
    {
        lock (_lock)
        {
            int most = count < 0 ? _entries.Count : Math.Min(count, _entries.Count);
            return [.. _entries.Take(most)];
        }
    }

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            TrimTo(0);
        }
    }

    /// <summary>Forgets what is beyond the limit, after the limit was lowered.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            TrimTo(options.SlowLogMaxEntries);
        }
    }

    private static byte[][] Shorten(Command command, CommandArguments words)
    {
        int count = Math.Min(words.Count, MaxWords);
        byte[][] kept = new byte[count][];
        bool isSensitive = (command.Flags & CommandFlags.Sensitive) != 0;
        for (int i = 0; i < count; i++)
        {
            if (i == MaxWords - 1 && words.Count > MaxWords)
            {
                kept[i] = Encoding.ASCII.GetBytes($"... ({words.Count - MaxWords + 1} more arguments)");
            }
            else if (isSensitive && i > 0)
            {
                kept[i] = s_redacted;
            }
            else
            {
                kept[i] = Shorten(words[i]);
            }
        }
        return kept;
    }

    private static byte[] Shorten(ReadOnlySpan<byte> word)
    {
        if (word.Length <= MaxWordBytes)
        {
            return word.ToArray();
        }
        byte[] tail = Encoding.ASCII.GetBytes($"... ({word.Length - MaxWordBytes} more bytes)");
        byte[] shortened = new byte[MaxWordBytes + tail.Length];
        word[..MaxWordBytes].CopyTo(shortened);
        tail.CopyTo(shortened, MaxWordBytes);
        return shortened;
    }

    private void TrimTo(int count)
    {
        while (_entries.Count > count && _entries.Last is { } oldest)
        {
            store.Charge(-oldest.Value.Bytes);
            _entries.RemoveLast();
        }
    }
}
