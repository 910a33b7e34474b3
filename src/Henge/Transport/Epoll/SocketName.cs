using System.Buffers.Binary;
using System.Net;

namespace Henge.Transport.Epoll;

/// <summary>Reads the kernel's socket addresses (sockaddr_in, sockaddr_in6).</summary>
internal static class SocketName
{
    /// <summary>Room for any address.</summary>
    public const int MaxBytes = 28;

    private const int FamilyIPv6 = 10;

    /// <summary>The end point in <paramref name="address"/>; IPv4 in IPv6's clothes becomes IPv4 again.</summary>
    public static IPEndPoint Read(ReadOnlySpan<byte> address)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        if (BitConverter.ToUInt16(address) != FamilyIPv6)
        {
            return new IPEndPoint(new IPAddress(address.Slice(4, 4)), port);
        }
        var ip = new IPAddress(address.Slice(8, 16), BitConverter.ToUInt32(address[24..]));
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, port);
    }
}
