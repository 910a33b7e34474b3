namespace Henge.Protocol.Requests;

/// <summary>
/// Reads the number of a count or length line: an optional minus, digits without leading zero, CRLF, and nothing else.
/// </summary>
internal static class HeaderNumber
{
    /// <summary>Reads from <paramref name="at"/>, which moves behind the CRLF when the answer is Complete.</summary>
    public static HeaderStatus Read(ReadOnlySpan<byte> input, ref int at, out long number)
    {
        number = 0;
        int start = at;
        bool negative = start < input.Length && input[start] == (byte)'-';
        int first = negative ? start + 1 : start;
        bool overflow = false;
        for (int i = first; i < input.Length; i++)
        {
            if (i - start >= RespLimits.MaxHeaderBytes)
            {
                return HeaderStatus.TooLong;
            }
            uint digit = (uint)(input[i] - '0');
            if (digit <= 9)
            {
                if (i == first + 1 && input[first] == (byte)'0')
                {
                    return HeaderStatus.Invalid;
                }
                overflow |= number > (long.MaxValue - digit) / 10;
                number = overflow ? 0 : number * 10 + digit;
                continue;
            }
            if (input[i] != (byte)'\r' || i == first || overflow || (negative && number == 0))
            {
                return HeaderStatus.Invalid;
            }
            if (i + 1 == input.Length)
            {
                return HeaderStatus.NeedMore;
            }
            if (input[i + 1] != (byte)'\n')
            {
                return HeaderStatus.Invalid;
            }
            number = negative ? -number : number;
            at = i + 2;
            return HeaderStatus.Complete;
        }
        return HeaderStatus.NeedMore;
    }
}
