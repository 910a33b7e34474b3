using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;

namespace Henge.Protocol;

/// <summary>
/// Doubles as Redis 7.4 replies them (d2string): the shortest digits that read back as the same number; no point for
/// whole numbers; "1.5e-7" beyond the range where zeros would have to be filled in; inf, -inf and nan.
/// </summary>
internal static class DoubleText
{
    /// <summary>Bytes that any double fits.</summary>
    public const int MaxBytes = 40;

    /// <summary>Whole numbers up to this size are exact, and written like integers.</summary>
    private const double MaxExactInteger = 4503599627370496; // 2^52

    /// <summary>Writes <paramref name="value"/> to the start of <paramref name="to"/>.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> to, double value)
    {
        if (!double.IsFinite(value))
        {
            ReadOnlySpan<byte> word = double.IsNaN(value) ? "nan"u8 : value > 0 ? "inf"u8 : "-inf"u8;
            word.CopyTo(to);
            return word.Length;
        }
        int sign = 0;
        if (double.IsNegative(value))
        {
            to[0] = (byte)'-';
            sign = 1;
            value = -value;
        }
        if (value <= MaxExactInteger && value == Math.Truncate(value))
        {
            Utf8Formatter.TryFormat((long)value, to[sign..], out int written);
            return sign + written;
        }
        Span<byte> digits = stackalloc byte[32];
        int count = Digits(digits, value, out int exponent);
        return sign + Layout(to[sign..], digits[..count], exponent);
    }

    /// <summary>The shortest digits of a positive number: it is digits * 10^<paramref name="exponent"/>.</summary>
    private static int Digits(Span<byte> digits, double value, out int exponent)
    {
        Span<byte> text = stackalloc byte[40];
        bool fits = value.TryFormat(text, out int length, "R", CultureInfo.InvariantCulture);
        Debug.Assert(fits, "The longest double has 24 characters.");
        int count = 0;
        exponent = 0;
        bool afterPoint = false;
        for (int i = 0; i < length; i++)
        {
            byte c = text[i];
            if (c == (byte)'.')
            {
                afterPoint = true;
            }
            else if (c == (byte)'E')
            {
                if (!Utf8Parser.TryParse(text[(i + 1)..length], out int scale, out _))
                {
                    throw new UnreachableException("A double has a whole exponent.");
                }
                exponent += scale;
                break;
            }
            else
            {
                exponent -= afterPoint ? 1 : 0;
                if (count > 0 || c != (byte)'0')
                {
                    digits[count++] = c;
                }
            }
        }
        while (count > 1 && digits[count - 1] == (byte)'0')
        {
            count--;
            exponent++;
        }
        return count;
    }

    /// <summary>
    /// Puts digits and exponent together where Redis (fpconv) draws the lines between the three forms.
    /// </summary>
    private static int Layout(Span<byte> to, ReadOnlySpan<byte> digits, int exponent)
    {
        int scientific = digits.Length - 1 + exponent;
        int magnitude = Math.Abs(scientific);
        if (exponent >= 0 && magnitude < digits.Length + 7)
        {
            digits.CopyTo(to);
            to.Slice(digits.Length, exponent).Fill((byte)'0');
            return digits.Length + exponent;
        }
        if (exponent < 0 && (exponent > -7 || magnitude < 4))
        {
            return LayoutFraction(to, digits, exponent);
        }
        int at = 0;
        to[at++] = digits[0];
        if (digits.Length > 1)
        {
            to[at++] = (byte)'.';
            digits[1..].CopyTo(to[at..]);
            at += digits.Length - 1;
        }
        to[at++] = (byte)'e';
        to[at++] = scientific < 0 ? (byte)'-' : (byte)'+';
        Utf8Formatter.TryFormat(magnitude, to[at..], out int written);
        return at + written;
    }

    private static int LayoutFraction(Span<byte> to, ReadOnlySpan<byte> digits, int exponent)
    {
        int whole = digits.Length + exponent;
        if (whole > 0)
        {
            digits[..whole].CopyTo(to);
            to[whole] = (byte)'.';
            digits[whole..].CopyTo(to[(whole + 1)..]);
            return digits.Length + 1;
        }
        to[0] = (byte)'0';
        to[1] = (byte)'.';
        to.Slice(2, -whole).Fill((byte)'0');
        digits.CopyTo(to[(2 - whole)..]);
        return digits.Length + 2 - whole;
    }
}
