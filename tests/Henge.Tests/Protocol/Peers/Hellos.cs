using Henge.Protocol.Peers.Hellos;

namespace Henge.Tests.Protocol.Peers;

/// <summary>Two nodes of one cluster, as they describe themselves.</summary>
internal static class Hellos
{
    public static Hello A { get; } = Of(1, "a");

    public static Hello B { get; } = Of(2, "b");

    private static Hello Of(byte number, string name) => new()
    {
        MinWire = 1,
        MaxWire = 1,
        Cluster = Hello.ClusterOf("henge"),
        Ring = 1,
        Node = number,
        Boot = 100ul + number,
        Incarnation = number,
        Address = $"10.0.0.{number}:7400",
        Name = name,
        Zone = "",
        Weight = 1,
        Phase = 1,
        Link = 1,
        Copies = 2,
        MaxValueBytes = 1 << 20,
        HasSecret = false,
        Nonce = [.. Enumerable.Repeat(number, Hello.NonceBytes)],
    };
}
