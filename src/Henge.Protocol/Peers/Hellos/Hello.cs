using System.Security.Cryptography;
using System.Text;

namespace Henge.Protocol.Peers.Hellos;

/// <summary>How a node describes itself when a link begins.</summary>
internal sealed record Hello
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 32;

    /// <summary>Longest address, name or zone in UTF-8: with them the hello stays within its kilobyte.</summary>
    public const int MaxTextBytes = 255;

    /// <summary>Highest weight.</summary>
    public const int MaxWeight = 1000;

    /// <summary>Least wire version it speaks.</summary>
    public required byte MinWire { get; init; }

    /// <summary>Highest wire version it speaks.</summary>
    public required byte MaxWire { get; init; }

    /// <summary>Which cluster: see <see cref="ClusterOf"/>.</summary>
    public required UInt128 Cluster { get; init; }

    /// <summary>Version of the algorithm by which it places slots.</summary>
    public required byte Ring { get; init; }

    /// <summary>Who, through restarts.</summary>
    public required UInt128 Node { get; init; }

    /// <summary>Which process.</summary>
    public required ulong Boot { get; init; }

    /// <summary>The incarnation of what it says of itself.</summary>
    public required uint Incarnation { get; init; }

    /// <summary>host:port where others reach it.</summary>
    public required string Address { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>Its zone; empty for none.</summary>
    public required string Zone { get; init; }

    /// <summary>Its share of the slots, 0 to <see cref="MaxWeight"/>.</summary>
    public required int Weight { get; init; }

    /// <summary>Joining, ready or leaving, by the numbers of the cluster's own enumeration.</summary>
    public required byte Phase { get; init; }

    /// <summary>What the link is for, by the numbers of the cluster's own enumeration.</summary>
    public required byte Link { get; init; }

    /// <summary>Copies of each slot that it is set to.</summary>
    public required byte Copies { get; init; }

    /// <summary>Longest value that it takes.</summary>
    public required int MaxValueBytes { get; init; }

    /// <summary>Whether it has a secret and asks for one.</summary>
    public required bool HasSecret { get; init; }

    /// <summary><see cref="NonceBytes"/> random bytes, new for every hello.</summary>
    public required byte[] Nonce { get; init; }

    /// <summary>The number that a cluster's name stands for.</summary>
    public static UInt128 ClusterOf(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
