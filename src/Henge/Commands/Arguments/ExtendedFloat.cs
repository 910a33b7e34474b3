using System.Globalization;
using System.Numerics;
using System.Text;

namespace Henge.Commands.Arguments;

/// <summary>
/// A binary floating point number with a 64-bit mantissa: the x87 long double in which Redis keeps INCRBYFLOAT, so
/// that sums and their last printed digit agree with it. The value is mantissa * 2^exponent; reading, adding and
/// printing go through exact integers and round once, half to even. It is for one number per command, not for speed.
/// </summary>
internal readonly struct ExtendedFloat
{
    /// <summary>Longest text that is read as a number, as in Redis.</summary>
    public const int MaxTextLength = 5 * 1024;

    private const int MantissaBits = 64;

    /// <summary>A value of 2^16384 or more is infinite.</summary>
    private const int MaxBits = 16384;

    /// <summary>A value below 2^-16446 rounds to zero, which a number that is not zero must not.</summary>
    private const int MinBits = -16446;

    /// <summary>Digits after the point that are printed.</summary>
    private const int Decimals = 17;

    private readonly BigInteger _mantissa;
    private readonly int _exponent;

    private ExtendedFloat(BigInteger mantissa, int exponent)
    {
        _mantissa = mantissa;
        _exponent = exponent;
    }

    private ExtendedFloat(bool infinite)
        : this(BigInteger.One, MaxBits) => IsInfinite = infinite;

    /// <summary>Whether it is past the largest number, in either direction.</summary>
    public bool IsInfinite { get; }

    /// <summary>
    /// Reads a decimal number as strtold does, the whole word: sign, digits, point, exponent, or inf. False for
    /// anything else, for nan, for a literal that overflows, and for one that vanishes.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> word, out ExtendedFloat value)
    {
        value = default;
        if (word.Length is 0 or > MaxTextLength)
        {
            return false;
        }
        int at = word[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        ReadOnlySpan<byte> rest = word[at..];
        if (Ascii.EqualsIgnoreCase(rest, "inf"u8) || Ascii.EqualsIgnoreCase(rest, "infinity"u8))
        {
            value = new ExtendedFloat(infinite: true);
            return true;
        }
        if (!TrySplit(rest, out BigInteger digits, out int power))
        {
            return false;
        }
        if (digits.IsZero)
        {
            return true;
        }
        if (power is > 5000 or < -12000)
        {
            return false;
        }
        digits = word[0] == '-' ? -digits : digits;
        value = power >= 0
            ? Round(digits * BigInteger.Pow(10, power), 0)
            : Divide(digits, BigInteger.Pow(10, -power));
        return !value.IsInfinite && value._exponent + value._mantissa.GetBitLength() > MinBits;
    }

    /// <summary>The sum, rounded to 64 bits of mantissa.</summary>
    public static ExtendedFloat Add(in ExtendedFloat a, in ExtendedFloat b)
    {
        if (a.IsInfinite || b.IsInfinite)
        {
            return new ExtendedFloat(infinite: true);
        }
        int exponent = Math.Min(a._exponent, b._exponent);
        return Round((a._mantissa << (a._exponent - exponent)) + (b._mantissa << (b._exponent - exponent)), exponent);
    }

    /// <summary>As %.17Lf prints it, without the zeros at the end.</summary>
    public override string ToString()
    {
        BigInteger scaled = BigInteger.Abs(_mantissa) * BigInteger.Pow(10, Decimals);
        scaled = _exponent >= 0 ? scaled << _exponent : ShiftRightRounded(scaled, -_exponent);
        if (scaled.IsZero)
        {
            return "0";
        }
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals + 1, '0');
        string whole = digits[..^Decimals];
        string fraction = digits[^Decimals..].TrimEnd('0');
        string sign = _mantissa.Sign < 0 ? "-" : "";
        return fraction.Length == 0 ? sign + whole : $"{sign}{whole}.{fraction}";
    }

    /// <summary>Digits without the point, and the power of ten they are to be multiplied by.</summary>
    private static bool TrySplit(ReadOnlySpan<byte> text, out BigInteger digits, out int power)
    {
        digits = default;
        power = 0;
        int point = -1;
        int at = 0;
        var kept = new StringBuilder(text.Length);
        for (; at < text.Length; at++)
        {
            if (text[at] == '.' && point < 0)
            {
                point = kept.Length;
            }
            else if (text[at] is >= (byte)'0' and <= (byte)'9')
            {
                kept.Append((char)text[at]);
            }
            else
            {
                break;
            }
        }
        if (kept.Length == 0)
        {
            return false;
        }
        if (at < text.Length && !TryReadExponent(text[at..], out power))
        {
            return false;
        }
        power -= point < 0 ? 0 : kept.Length - point;
        digits = BigInteger.Parse(kept.ToString(), NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>The part from 'e' on. What is past six digits is as good as infinite either way.</summary>
    private static bool TryReadExponent(ReadOnlySpan<byte> text, out int power)
    {
        power = 0;
        if ((text[0] | 0x20) != 'e')
        {
            return false;
        }
        text = text[1..];
        bool negative = text.Length > 0 && text[0] == '-';
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+')
        {
            text = text[1..];
        }
        foreach (byte b in text)
        {
            if (b is < (byte)'0' or > (byte)'9')
            {
                return false;
            }
            power = Math.Min(power * 10 + (b - '0'), 1_000_000);
        }
        power = negative ? -power : power;
        return text.Length > 0;
    }

    private static ExtendedFloat Divide(BigInteger numerator, BigInteger denominator)
    {
        // Enough bits for the mantissa and two more; the last one is made odd where a remainder is left, so that the
        // rounding that follows sees "more than half" and not a tie.
        long shift = MantissaBits + 2 + denominator.GetBitLength() - BigInteger.Abs(numerator).GetBitLength();
        int bits = (int)Math.Max(shift, 0);
        BigInteger quotient = BigInteger.DivRem(numerator << bits, denominator, out BigInteger remainder);
        if (!remainder.IsZero && quotient.IsEven)
        {
            quotient += numerator.Sign;
        }
        return Round(quotient, -bits);
    }

    private static ExtendedFloat Round(BigInteger mantissa, int exponent)
    {
        if (mantissa.IsZero)
        {
            return default;
        }
        BigInteger magnitude = BigInteger.Abs(mantissa);
        int excess = (int)magnitude.GetBitLength() - MantissaBits;
        if (excess > 0)
        {
            magnitude = ShiftRightRounded(magnitude, excess);
            exponent += excess;
        }
        return exponent + magnitude.GetBitLength() > MaxBits
            ? new ExtendedFloat(infinite: true)
            : new ExtendedFloat(mantissa.Sign < 0 ? -magnitude : magnitude, exponent);
    }

    private static BigInteger ShiftRightRounded(BigInteger magnitude, int bits)
    {
        BigInteger result = magnitude >> bits;
        BigInteger rest = magnitude - (result << bits);
        int half = rest.CompareTo(BigInteger.One << (bits - 1));
        return half > 0 || (half == 0 && !result.IsEven) ? result + 1 : result;
    }
}
