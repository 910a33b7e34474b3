namespace Henge.Protocol.Requests;

/// <summary>
/// Finds the second word of a command at a glance, for hints about memory that will be wanted. It knows short headers
/// only and checks no more than its own bounds: what it says may be wrong, and nothing but speed may depend on it.
/// </summary>
internal static class KeyGlance
{
    /// <summary>Where the second word of the command at the start of <paramref name="input"/> seems to be.</summary>
    public static bool TryFind(ReadOnlySpan<byte> input, out ByteRange key)
    {
        key = default;
        // "*n\r\n$n\r\n": one digit each, which is how every command on one key with few words begins.
        if (input.Length < 20 || input[0] != (byte)'*' || input[4] != (byte)'$' || input[6] != (byte)'\r'
            || !char.IsAsciiDigit((char)input[5]))
        {
            return false;
        }
        int at = 8 + (input[5] - '0') + 2;
        if (input[at] != (byte)'$')
        {
            return false;
        }
        int length = 0;
        for (at++; at < input.Length && (uint)(input[at] - '0') <= 9 && length < 1000; at++)
        {
            length = length * 10 + input[at] - '0';
        }
        at += 2;
        if (at + length > input.Length)
        {
            return false;
        }
        key = new ByteRange(at, length);
        return true;
    }
}
