using System.Net;
using System.Net.Sockets;

namespace Henge.Peers;

/// <summary>
/// Finds the host:port by which others reach this node: what the options say, else where it listens. Where that is
/// every address, it is the one from which this machine reaches its first peer, or where discovery is to name those,
/// the one from which it reaches the world.
/// </summary>
internal static class OwnAddress
{
    // Addresses for documentation, which nobody has: the way to them is the default route.
    private static readonly string[] s_anywhere = ["192.0.2.1:9", "[2001:db8::1]:9"];

    /// <summary>The address of a node.</summary>
    /// <param name="options">Of the node.</param>
    /// <param name="listening">Where it listens, with the port that was picked.</param>
    /// <exception cref="HengeStartException">
    /// It has peers, and none can be found; the text says how to give one.
    /// </exception>
    public static string Of(HengeOptions options, IReadOnlyList<IPEndPoint> listening)
    {
        IPEndPoint first = listening[0];
        if (options.Advertise is { } advertised)
        {
            return HasPort(advertised) ? advertised
                : advertised.Contains(':') && advertised[0] != '[' ? $"[{advertised}]:{first.Port}"
                : $"{advertised}:{first.Port}";
        }
        // An address that others can reach goes before loopback, where the node listens on both.
        IPEndPoint best = listening.FirstOrDefault(static end => !IPAddress.IsLoopback(end.Address)) ?? first;
        if (!IsAny(best.Address))
        {
            return best.ToString();
        }
        bool hasDiscovery = options.Discovery.Sources.Count > 0;
        if (Towards(hasDiscovery ? [.. options.Peers, .. s_anywhere] : options.Peers) is { } own)
        {
            return new IPEndPoint(own, best.Port).ToString();
        }
        return options.Peers.Count == 0 && !hasDiscovery
            ? new IPEndPoint(IPAddress.Loopback, best.Port).ToString()
            : throw new HengeStartException(
                "no address of this machine was found by which the peers reach it: "
                + "give one with --advertise host:port");
    }

    /// <summary>Whether a text is a host and a port, or where that is not needed, a host alone.</summary>
    public static bool IsHostWithPort(string text, bool isPortNeeded = false)
    {
        if (isPortNeeded && !HasPort(text))
        {
            return false;
        }
        string host = HasPort(text) ? text[..text.LastIndexOf(':')] : text;
        return Uri.CheckHostName(host.Trim('[', ']')) != UriHostNameType.Unknown
            && text.Length <= byte.MaxValue
            && (!HasPort(text) || (ushort.TryParse(text[(text.LastIndexOf(':') + 1)..], out ushort port) && port > 0));
    }

    /// <summary>The host and the port of an address; an IPv6 literal stands in brackets.</summary>
    public static (string Host, int Port) Split(string address)
    {
        int colon = address.LastIndexOf(':');
        return (address[..colon].Trim('[', ']'), int.Parse(address[(colon + 1)..], provider: null));
    }

    private static bool HasPort(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && (text[colon - 1] == ']' || text.IndexOf(':') == colon);
    }

    private static bool IsAny(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>
    /// The address that this machine would send from: connecting a datagram socket asks the routes and sends nothing.
    /// </summary>
    private static IPAddress? Towards(IEnumerable<string> peers)
    {
        foreach (string peer in peers)
        {
            try
            {
                (string host, int port) = Split(peer);
                using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
                socket.Connect(host, port);
                IPAddress own = ((IPEndPoint)socket.LocalEndPoint!).Address;
                return own.IsIPv4MappedToIPv6 ? own.MapToIPv4() : own;
            }
            catch (SocketException)
            {
                // This peer has no address now or no route leads to it; the next may have one.
            }
        }
        return null;
    }
}
