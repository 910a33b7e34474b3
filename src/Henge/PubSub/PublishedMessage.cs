using System.Buffers.Text;

using Henge.Protocol;

namespace Henge.PubSub;

/// <summary>
/// One message on its way to a channel's subscribers: encoded on the first delivery in each dialect and shared by all
/// that speak it, so publishing to nobody costs nothing and to a thousand costs one encoding.
/// </summary>
internal ref struct PublishedMessage
{
    private readonly ReadOnlySpan<byte> _kind;
    private readonly ReadOnlySpan<byte> _pattern;
    private readonly ReadOnlySpan<byte> _channel;
    private readonly ReadOnlySpan<byte> _payload;
    private byte[]? _resp2;
    private byte[]? _resp3;

    private PublishedMessage(
        ReadOnlySpan<byte> kind, ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload)
    {
        _kind = kind;
        _pattern = pattern;
        _channel = channel;
        _payload = payload;
    }

    /// <summary>For subscribers of the channel itself.</summary>
    public static PublishedMessage ToChannel(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload) =>
        new("message"u8, default, channel, payload);

    /// <summary>For subscribers of the shard channel.</summary>
    public static PublishedMessage ToShardChannel(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload) =>
        new("smessage"u8, default, channel, payload);

    /// <summary>For subscribers of a pattern that the channel matches.</summary>
    public static PublishedMessage ToPattern(
        ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> payload) =>
        new("pmessage"u8, pattern, channel, payload);

    /// <summary>The message in one dialect. The array is shared: nobody may change it.</summary>
    public byte[] For(RespVersion version) =>
        version == RespVersion.Resp3 ? _resp3 ??= Encode((byte)'>') : _resp2 ??= Encode((byte)'*');

    private readonly byte[] Encode(byte head)
    {
        bool isPattern = _kind[0] == 'p';
        int length = 4 + Size(_kind) + (isPattern ? Size(_pattern) : 0) + Size(_channel) + Size(_payload);
        byte[] message = GC.AllocateUninitializedArray<byte>(length);
        message[0] = head;
        message[1] = (byte)(isPattern ? '4' : '3');
        message[2] = (byte)'\r';
        message[3] = (byte)'\n';
        int at = Bulk(message, 4, _kind);
        if (isPattern)
        {
            at = Bulk(message, at, _pattern);
        }
        Bulk(message, Bulk(message, at, _channel), _payload);
        return message;
    }

    private static int Size(ReadOnlySpan<byte> word)
    {
        int digits = 1;
        for (int rest = word.Length; rest >= 10; rest /= 10)
        {
            digits++;
        }
        return 1 + digits + 2 + word.Length + 2;
    }

    private static int Bulk(Span<byte> message, int at, ReadOnlySpan<byte> word)
    {
        message[at++] = (byte)'$';
        Utf8Formatter.TryFormat(word.Length, message[at..], out int digits);
        at += digits;
        message[at++] = (byte)'\r';
        message[at++] = (byte)'\n';
        word.CopyTo(message[at..]);
        at += word.Length;
        message[at++] = (byte)'\r';
        message[at++] = (byte)'\n';
        return at;
    }
}
