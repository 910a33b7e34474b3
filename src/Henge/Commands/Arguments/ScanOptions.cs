using System.Buffers.Text;
using System.Text;

using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands.Arguments;

/// <summary>The options of SCAN and HSCAN.</summary>
internal readonly ref struct ScanOptions
{
    private const int DefaultCount = 10;

    /// <summary>The pattern; null bytes stand for none only with <see cref="MatchesAll"/>.</summary>
    public ReadOnlySpan<byte> Pattern { get; init; }

    /// <summary>Whether no pattern was given, or a plain star.</summary>
    public bool MatchesAll { get; init; }

    /// <summary>How many elements to look at, at least 1.</summary>
    public int Count { get; init; }

    /// <summary>Whether only one type is wanted.</summary>
    public bool HasType { get; init; }

    /// <summary>The type wanted; None for one that no entry has.</summary>
    public EntryType Type { get; init; }

    /// <summary>NOVALUES: fields only.</summary>
    public bool NoValues { get; init; }

    /// <summary>Reads a cursor; false after writing the error.</summary>
    public static bool TryParseCursor(RespWriter reply, ReadOnlySpan<byte> word, out ulong cursor)
    {
        if (Utf8Parser.TryParse(word, out cursor, out int used) && used == word.Length)
        {
            return true;
        }
        reply.Error(Errors.InvalidCursor);
        return false;
    }

    /// <summary>Reads the options from word <paramref name="first"/> on; false after writing the error.</summary>
    /// <param name="reply">Where an error goes.</param>
    /// <param name="words">The command.</param>
    /// <param name="first">Where the options begin.</param>
    /// <param name="ofHash">HSCAN, which takes NOVALUES and no TYPE.</param>
    /// <param name="options">What was asked for.</param>
    public static bool TryParse(
        RespWriter reply, scoped in CommandArguments words, int first, bool ofHash, out ScanOptions options)
    {
        ReadOnlySpan<byte> pattern = default;
        bool all = true, hasType = false, noValues = false;
        long count = DefaultCount;
        var type = EntryType.None;
        options = default;
        for (int i = first; i < words.Count; i++)
        {
            ReadOnlySpan<byte> word = words[i];
            bool last = i + 1 == words.Count;
            if (Ascii.EqualsIgnoreCase(word, "COUNT"u8) && !last)
            {
                if (!Numbers.TryParse(words[++i], out count))
                {
                    reply.Error(Errors.NotInteger);
                    return false;
                }
                if (count < 1)
                {
                    reply.Error(Errors.Syntax);
                    return false;
                }
            }
            else if (Ascii.EqualsIgnoreCase(word, "MATCH"u8) && !last)
            {
                pattern = words[++i];
                all = Glob.IsEverything(pattern);
            }
            else if (Ascii.EqualsIgnoreCase(word, "TYPE"u8) && !ofHash && !last)
            {
                hasType = true;
                type = TypeNames.Parse(words[++i]);
            }
            else if (Ascii.EqualsIgnoreCase(word, "NOVALUES"u8))
            {
                if (!ofHash)
                {
                    reply.Error("ERR NOVALUES option can only be used in HSCAN"u8);
                    return false;
                }
                noValues = true;
            }
            else
            {
                reply.Error(Errors.Syntax);
                return false;
            }
        }
        options = new ScanOptions
        {
            Pattern = pattern,
            MatchesAll = all,
            Count = (int)Math.Min(count, int.MaxValue),
            HasType = hasType,
            Type = type,
            NoValues = noValues,
        };
        return true;
    }
}
