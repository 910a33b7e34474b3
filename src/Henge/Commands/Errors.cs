using System.Text;

using Henge.Cluster.Lanes;
using Henge.Protocol;
using Henge.Storage;

namespace Henge.Commands;

/// <summary>The texts of errors, word for word those of Redis 7.4, because clients match on them.</summary>
internal static class Errors
{
    /// <summary>Most bytes of a client's own words that an error repeats.</summary>
    private const int MaxEcho = 128;

    /// <summary>The key holds another type.</summary>
    public static ReadOnlySpan<byte> WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value"u8;

    /// <summary>Options that do not exist or do not go together.</summary>
    public static ReadOnlySpan<byte> Syntax => "ERR syntax error"u8;

    /// <summary>Not a signed 64-bit decimal.</summary>
    public static ReadOnlySpan<byte> NotInteger => "ERR value is not an integer or out of range"u8;

    /// <summary>Not a floating point number.</summary>
    public static ReadOnlySpan<byte> NotFloat => "ERR value is not a valid float"u8;

    /// <summary>An integer outside of what the command takes.</summary>
    public static ReadOnlySpan<byte> OutOfRange => "ERR value is out of range"u8;

    /// <summary>An integer below zero where only others make sense.</summary>
    public static ReadOnlySpan<byte> MustBePositive => "ERR value is out of range, must be positive"u8;

    /// <summary>RENAME and others of a key that is not there.</summary>
    public static ReadOnlySpan<byte> NoSuchKey => "ERR no such key"u8;

    /// <summary>SETRANGE below zero.</summary>
    public static ReadOnlySpan<byte> OffsetOutOfRange => "ERR offset is out of range"u8;

    /// <summary>SETBIT and GETBIT outside of the longest value.</summary>
    public static ReadOnlySpan<byte> BitOffset => "ERR bit offset is not an integer or out of range"u8;

    /// <summary>SETBIT with neither 0 nor 1.</summary>
    public static ReadOnlySpan<byte> Bit => "ERR bit is not an integer or out of range"u8;

    /// <summary>INCR past 64 bits.</summary>
    public static ReadOnlySpan<byte> IncrementOverflow => "ERR increment or decrement would overflow"u8;

    /// <summary>DECRBY of the smallest number.</summary>
    public static ReadOnlySpan<byte> DecrementOverflow => "ERR decrement would overflow"u8;

    /// <summary>INCRBYFLOAT out of the finite numbers.</summary>
    public static ReadOnlySpan<byte> IncrementNaN => "ERR increment would produce NaN or Infinity"u8;

    /// <summary>A field of a hash that INCRBY cannot read.</summary>
    public static ReadOnlySpan<byte> HashNotInteger => "ERR hash value is not an integer"u8;

    /// <summary>A field of a hash that INCRBYFLOAT cannot read.</summary>
    public static ReadOnlySpan<byte> HashNotFloat => "ERR hash value is not a float"u8;

    /// <summary>A cursor that is no number.</summary>
    public static ReadOnlySpan<byte> InvalidCursor => "ERR invalid cursor"u8;

    /// <summary>A value that would pass the longest one allowed.</summary>
    public static ReadOnlySpan<byte> TooLong => "ERR string exceeds maximum allowed size (proto-max-bulk-len)"u8;

    /// <summary>A key longer than 64 KiB (Redis has no such bound).</summary>
    public static ReadOnlySpan<byte> KeyTooLong => "ERR key exceeds maximum allowed size (65536 bytes)"u8;

    /// <summary>No room even after eviction.</summary>
    public static ReadOnlySpan<byte> OutOfMemory => "OOM command not allowed when used memory > 'maxmemory'."u8;

    /// <summary>A database other than the one there is.</summary>
    public static ReadOnlySpan<byte> DatabaseOutOfRange => "ERR DB index is out of range"u8;

    /// <summary>Keys of different owners where one owner must carry out the whole.</summary>
    public static ReadOnlySpan<byte> CrossSlot => "CROSSSLOT Keys in request don't hash to the same slot"u8;

    /// <summary>
    /// The reply, as a whole line, to a command that another node was to carry out or to have a copy of. Where nothing
    /// was done it has the code by which cluster clients try again; where nobody knows, one that no client acts on.
    /// </summary>
    public static ReadOnlySpan<byte> Line(Outcome outcome) => outcome switch
    {
        Outcome.Unknown => "-UNCERTAIN The write may or may not have been stored, or not on all of its copies\r\n"u8,
        Outcome.Split => "-TRYAGAIN The keys have different owners by now; nothing was done\r\n"u8,
        _ => "-TRYAGAIN The owner of the key could not be reached in time; nothing was done\r\n"u8,
    };

    /// <summary>Writes WRONGTYPE and returns true when the entry is there and is not of the type wanted.</summary>
    public static bool IsWrongType(RespWriter reply, in EntryScope scope, EntryType wanted)
    {
        if (!scope.Found || scope.Type == wanted)
        {
            return false;
        }
        reply.Error(WrongType);
        return true;
    }

    /// <summary>Wrong number of words for a command or subcommand ('get', 'client|kill').</summary>
    public static void WrongArity(RespWriter reply, Command command) =>
        reply.Error($"ERR wrong number of arguments for '{command.Name.ToLowerInvariant()}' command");

    /// <summary>An expiry that is zero, negative or past 64 bits.</summary>
    public static void InvalidExpire(RespWriter reply, Command command) =>
        reply.Error($"ERR invalid expire time in '{command.Name.ToLowerInvariant()}' command");

    /// <summary>A write that the store refused; <paramref name="result"/> is not Ok.</summary>
    public static void Refused(RespWriter reply, WriteResult result, ReadOnlySpan<byte> key) =>
        reply.Error(
            result == WriteResult.OutOfMemory ? OutOfMemory
            : key.Length > StoreOptions.MaxKeyBytes ? KeyTooLong
            : TooLong);

    /// <summary>No command of that name. Repeats at most 128 bytes of it and of its arguments.</summary>
    public static void UnknownCommand(RespWriter reply, in CommandArguments arguments)
    {
        var text = new StringBuilder("ERR unknown command '");
        AppendWord(text, arguments[0], MaxEcho);
        text.Append("', with args beginning with: ");
        int before = text.Length;
        for (int i = 1; i < arguments.Count && text.Length - before < MaxEcho; i++)
        {
            text.Append('\'');
            AppendWord(text, arguments[i], MaxEcho - (text.Length - before - 1));
            text.Append("' ");
        }
        reply.Error(text.ToString());
    }

    /// <summary>An option that the command does not have.</summary>
    public static void UnsupportedOption(RespWriter reply, ReadOnlySpan<byte> word)
    {
        var text = new StringBuilder("ERR Unsupported option ");
        AppendWord(text, word, MaxEcho);
        reply.Error(text.ToString());
    }

    /// <summary>No subcommand of that name.</summary>
    public static void UnknownSubcommand(RespWriter reply, Command command, ReadOnlySpan<byte> word)
    {
        var text = new StringBuilder("ERR unknown subcommand '");
        AppendWord(text, word, MaxEcho);
        text.Append("'. Try ").Append(command.Name).Append(" HELP.");
        reply.Error(text.ToString());
    }

    /// <summary>A client's own word as an error may repeat it: shortened, and printable ASCII alone.</summary>
    public static string Printable(ReadOnlySpan<byte> word)
    {
        var text = new StringBuilder();
        AppendWord(text, word, MaxEcho);
        return text.ToString();
    }

    /// <summary>Like printf's %.*s: stops at a NUL. Bytes that are not printable ASCII become question marks.</summary>
    private static void AppendWord(StringBuilder text, ReadOnlySpan<byte> word, int most)
    {
        int count = Math.Min(word.Length, most);
        for (int i = 0; i < count && word[i] != 0; i++)
        {
            text.Append(word[i] is >= 0x20 and < 0x7F ? (char)word[i] : '?');
        }
    }
}
