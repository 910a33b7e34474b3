using Henge.Protocol;

namespace Henge.Commands.Arguments;

/// <summary>Turns the expiry argument of a command into an absolute deadline.</summary>
internal static class Expiry
{
    /// <summary>
    /// Reads the word after EX, PX, EXAT or PXAT; on failure writes the error and returns false. Zero and negative
    /// numbers are errors here (EXPIRE and its kin take them and have their own reading).
    /// </summary>
    public static bool TryRead(
        in CommandContext context, ReadOnlySpan<byte> word, ExpiryUnit unit, out long expiresAtMs)
    {
        RespWriter reply = context.Reply;
        if (!Numbers.TryParse(word, out expiresAtMs))
        {
            reply.Error(Errors.NotInteger);
            return false;
        }
        if (expiresAtMs <= 0 || !TryMakeAbsolute(ref expiresAtMs, unit, context.NowMs))
        {
            Errors.InvalidExpire(reply, context.Command);
            return false;
        }
        return true;
    }

    /// <summary>Makes an absolute deadline in ms from a number in a unit; false when it passes 64 bits.</summary>
    public static bool TryMakeAbsolute(ref long value, ExpiryUnit unit, long nowMs)
    {
        if (unit is ExpiryUnit.Seconds or ExpiryUnit.UnixSeconds)
        {
            if (value is > long.MaxValue / 1000 or < long.MinValue / 1000)
            {
                return false;
            }
            value *= 1000;
        }
        if (unit is ExpiryUnit.Seconds or ExpiryUnit.Milliseconds)
        {
            if (value > long.MaxValue - nowMs)
            {
                return false;
            }
            value += nowMs;
        }
        return true;
    }
}
