using System.Buffers.Binary;
using System.Text;

namespace Henge.Protocol.Peers.Hellos;

/// <summary>
/// Writes and reads the body of a hello: fields of <c>u8 tag | u16 length | bytes</c>, little-endian, in any order.
/// Unknown fields are skipped; a known one that is missing, doubled or of another length makes the hello malformed.
/// </summary>
internal static class HelloCodec
{
    private const int FieldHeaderBytes = 3;

    private static readonly UTF8Encoding s_strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body that describes a node.</summary>
    public static byte[] Write(Hello hello)
    {
        var body = new MemoryStream(256);
        Span<byte> number = stackalloc byte[16];
        Put(body, HelloField.Wire, [hello.MinWire, hello.MaxWire]);
        BinaryPrimitives.WriteUInt128LittleEndian(number, hello.Cluster);
        Put(body, HelloField.Cluster, number);
        Put(body, HelloField.Ring, [hello.Ring]);
        BinaryPrimitives.WriteUInt128LittleEndian(number, hello.Node);
        Put(body, HelloField.Node, number);
        BinaryPrimitives.WriteUInt64LittleEndian(number, hello.Boot);
        Put(body, HelloField.Boot, number[..8]);
        BinaryPrimitives.WriteUInt32LittleEndian(number, hello.Incarnation);
        Put(body, HelloField.Incarnation, number[..4]);
        Put(body, HelloField.Address, Encoding.UTF8.GetBytes(hello.Address));
        Put(body, HelloField.Name, Encoding.UTF8.GetBytes(hello.Name));
        Put(body, HelloField.Zone, Encoding.UTF8.GetBytes(hello.Zone));
        BinaryPrimitives.WriteInt32LittleEndian(number, hello.Weight);
        Put(body, HelloField.Weight, number[..4]);
        Put(body, HelloField.Phase, [hello.Phase]);
        Put(body, HelloField.Link, [hello.Link]);
        Put(body, HelloField.Copies, [hello.Copies]);
        BinaryPrimitives.WriteInt32LittleEndian(number, hello.MaxValueBytes);
        Put(body, HelloField.MaxValue, number[..4]);
        Put(body, HelloField.Secret, [hello.HasSecret ? (byte)1 : (byte)0]);
        Put(body, HelloField.Nonce, hello.Nonce);
        return body.ToArray();
    }

    /// <summary>The node that a body describes; null when it makes no sense.</summary>
    public static Hello? Read(ReadOnlySpan<byte> body)
    {
        var ranges = new Range?[(int)HelloField.Nonce + 1];
        int at = 0;
        while (at < body.Length)
        {
            if (body.Length - at < FieldHeaderBytes)
            {
                return null;
            }
            byte tag = body[at];
            int length = BinaryPrimitives.ReadUInt16LittleEndian(body[(at + 1)..]);
            at += FieldHeaderBytes;
            if (length > body.Length - at)
            {
                return null;
            }
            if (tag < ranges.Length)
            {
                if (ranges[tag] is not null)
                {
                    return null;
                }
                ranges[tag] = at..(at + length);
            }
            at += length;
        }
        return HasLengths(body, ranges) ? Make(body, ranges) : null;
    }

    private static bool HasLengths(ReadOnlySpan<byte> body, Range?[] ranges)
    {
        for (int tag = 1; tag < ranges.Length; tag++)
        {
            if (ranges[tag] is not { } range || !Fits((HelloField)tag, body[range].Length))
            {
                return false;
            }
        }
        return ranges[0] is null;
    }

    private static bool Fits(HelloField field, int length) => field switch
    {
        HelloField.Wire => length == 2,
        HelloField.Cluster or HelloField.Node => length == 16,
        HelloField.Boot => length == 8,
        HelloField.Incarnation or HelloField.Weight or HelloField.MaxValue => length == 4,
        HelloField.Address => length is > 0 and <= Hello.MaxTextBytes,
        HelloField.Name or HelloField.Zone => length <= Hello.MaxTextBytes,
        HelloField.Nonce => length == Hello.NonceBytes,
        _ => length == 1,
    };

    private static Hello? Make(ReadOnlySpan<byte> body, Range?[] ranges)
    {
        ReadOnlySpan<byte> wire = Field(body, ranges, HelloField.Wire);
        var hello = new Hello
        {
            MinWire = wire[0],
            MaxWire = wire[1],
            Cluster = BinaryPrimitives.ReadUInt128LittleEndian(Field(body, ranges, HelloField.Cluster)),
            Ring = Field(body, ranges, HelloField.Ring)[0],
            Node = BinaryPrimitives.ReadUInt128LittleEndian(Field(body, ranges, HelloField.Node)),
            Boot = BinaryPrimitives.ReadUInt64LittleEndian(Field(body, ranges, HelloField.Boot)),
            Incarnation = BinaryPrimitives.ReadUInt32LittleEndian(Field(body, ranges, HelloField.Incarnation)),
            Address = Text(Field(body, ranges, HelloField.Address)),
            Name = Text(Field(body, ranges, HelloField.Name)),
            Zone = Text(Field(body, ranges, HelloField.Zone)),
            Weight = BinaryPrimitives.ReadInt32LittleEndian(Field(body, ranges, HelloField.Weight)),
            Phase = Field(body, ranges, HelloField.Phase)[0],
            Link = Field(body, ranges, HelloField.Link)[0],
            Copies = Field(body, ranges, HelloField.Copies)[0],
            MaxValueBytes = BinaryPrimitives.ReadInt32LittleEndian(Field(body, ranges, HelloField.MaxValue)),
            HasSecret = Field(body, ranges, HelloField.Secret)[0] != 0,
            Nonce = Field(body, ranges, HelloField.Nonce).ToArray(),
        };
        bool makesSense = hello.MinWire <= hello.MaxWire && hello.Weight is >= 0 and <= Hello.MaxWeight
            && hello.MaxValueBytes >= 0 && IsPrintable(hello.Address) && IsPrintable(hello.Name)
            && IsPrintable(hello.Zone);
        return makesSense ? hello : null;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> body, Range?[] ranges, HelloField field) =>
        body[ranges[(int)field]!.Value];

    /// <summary>The text, or one that is not printable where the bytes are no text.</summary>
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return "\0";
        }
    }

    /// <summary>These texts go to logs and pages of others: no line may be forged by them.</summary>
    private static bool IsPrintable(string text) => !text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c));

    private static void Put(MemoryStream body, HelloField field, ReadOnlySpan<byte> bytes)
    {
        Span<byte> header = stackalloc byte[FieldHeaderBytes];
        header[0] = (byte)field;
        BinaryPrimitives.WriteUInt16LittleEndian(header[1..], checked((ushort)bytes.Length));
        body.Write(header);
        body.Write(bytes);
    }
}
