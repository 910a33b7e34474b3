using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Henge.Cluster.Members;

/// <summary>
/// Who a node is, through restarts: a hash of its name or advertised address. It decides the place in the ring.
/// </summary>
/// <param name="Value">The hash.</param>
internal readonly record struct MemberId(UInt128 Value) : IComparable<MemberId>
{
    /// <summary>Bytes on the wire.</summary>
    public const int Bytes = 16;

    /// <summary>The id that a name (or where none was given, an advertised host:port) stands for.</summary>
    public static MemberId Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return new MemberId(BinaryPrimitives.ReadUInt128LittleEndian(hash));
    }

    /// <inheritdoc/>
    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    /// <summary>As Redis clients expect one: 40 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x40", CultureInfo.InvariantCulture);
}
