using System.Text;

using Henge.Commands.Arguments;

namespace Henge.Commands.Strings;

/// <summary>The options behind SET key value.</summary>
internal readonly ref struct SetOptions
{
    /// <summary>Only when the key is not there.</summary>
    public bool IfMissing { get; init; }

    /// <summary>Only when the key is there.</summary>
    public bool IfPresent { get; init; }

    /// <summary>Index of the value to compare with (IFEQ); 0 for none.</summary>
    public int Comparand { get; init; }

    /// <summary>Answers the old value.</summary>
    public bool Get { get; init; }

    /// <summary>Keeps the expiry that is there.</summary>
    public bool KeepTtl { get; init; }

    /// <summary>How the expiry is given.</summary>
    public ExpiryUnit Unit { get; init; }

    /// <summary>Index of the expiry's number.</summary>
    public int ExpiryNumber { get; init; }

    /// <summary>Reads the options from word 3 on; false for a syntax error.</summary>
    public static bool TryParse(in CommandArguments words, out SetOptions options)
    {
        bool missing = false, present = false, get = false, keep = false;
        int comparand = 0, number = 0;
        var unit = ExpiryUnit.None;
        options = default;
        for (int i = 3; i < words.Count; i++)
        {
            ReadOnlySpan<byte> word = words[i];
            bool last = i + 1 == words.Count;
            ExpiryUnit given = UnitOf(word);
            if (given != ExpiryUnit.None && (unit == ExpiryUnit.None || unit == given) && !keep && !last)
            {
                unit = given;
                number = ++i;
            }
            else if (Ascii.EqualsIgnoreCase(word, "NX"u8) && !present && comparand == 0)
            {
                missing = true;
            }
            else if (Ascii.EqualsIgnoreCase(word, "XX"u8) && !missing && comparand == 0)
            {
                present = true;
            }
            else if (Ascii.EqualsIgnoreCase(word, "IFEQ"u8) && !missing && !present && comparand == 0 && !last)
            {
                comparand = ++i;
            }
            else if (Ascii.EqualsIgnoreCase(word, "GET"u8))
            {
                get = true;
            }
            else if (Ascii.EqualsIgnoreCase(word, "KEEPTTL"u8) && unit == ExpiryUnit.None)
            {
                keep = true;
            }
            else
            {
                return false;
            }
        }
        options = new SetOptions
        {
            IfMissing = missing,
            IfPresent = present,
            Comparand = comparand,
            Get = get,
            KeepTtl = keep,
            Unit = unit,
            ExpiryNumber = number,
        };
        return true;
    }

    /// <summary>The unit that EX, PX, EXAT or PXAT names; None for any other word.</summary>
    public static ExpiryUnit UnitOf(ReadOnlySpan<byte> word)
    {
        if (word.Length == 2 && (word[1] | 0x20) == 'x')
        {
            return (word[0] | 0x20) switch
            {
                'e' => ExpiryUnit.Seconds,
                'p' => ExpiryUnit.Milliseconds,
                _ => ExpiryUnit.None,
            };
        }
        return word.Length != 4 ? ExpiryUnit.None
            : Ascii.EqualsIgnoreCase(word, "EXAT"u8) ? ExpiryUnit.UnixSeconds
            : Ascii.EqualsIgnoreCase(word, "PXAT"u8) ? ExpiryUnit.UnixMilliseconds
            : ExpiryUnit.None;
    }
}
