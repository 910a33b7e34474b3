using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Henge.Peers.Doors;

/// <summary>
/// Resolves names on threads of its own: the system's resolver can take as long as it likes, and must hold up neither
/// the door nor the thread pool. One lookup of a name at a time, and few at once.
/// </summary>
internal sealed class NameLookup
{
    private const int MaxThreads = 8;

    private readonly ConcurrentDictionary<string, byte> _underWay = new();

    /// <summary>
    /// Finds the addresses of a host and calls back with them, none when there are none or the lookup cannot begin: at
    /// once for an address, else on another thread.
    /// </summary>
    public void Find(string host, Action<IPAddress[]> found)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            found([literal]);
        }
        else if (_underWay.Count >= MaxThreads || !_underWay.TryAdd(host, 0))
        {
            found([]);
        }
        else
        {
            new Thread(() => Resolve(host, found), 256 << 10) { IsBackground = true, Name = "henge names" }.Start();
        }
    }

    private void Resolve(string host, Action<IPAddress[]> found)
    {
        IPAddress[] addresses = [];
        try
        {
            addresses = Dns.GetHostAddresses(host);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            // An unknown name: the same as one without addresses.
        }
        _underWay.TryRemove(host, out _);
        found(addresses);
    }
}
