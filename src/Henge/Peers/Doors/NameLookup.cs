using System.Net;
using System.Net.Sockets;

namespace Henge.Peers.Doors;

/// <summary>
/// Resolves names on threads of its own: the system's resolver can take as long as it likes, and must hold up neither
/// the door nor the thread pool. Who asks for a name that is being looked up gets that answer; few names at once.
/// </summary>
internal sealed class NameLookup
{
    private const int MaxThreads = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Action<IPAddress[], SocketError>>> _waiting = [];

    /// <summary>
    /// Finds the addresses of a host and calls back with them, none when there are none or the lookup cannot begin, and
    /// with how it went: at once for an address, else on another thread.
    /// </summary>
    public void Find(string host, Action<IPAddress[], SocketError> found)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            found([literal], SocketError.Success);
            return;
        }
        bool isFull;
        lock (_lock)
        {
            if (_waiting.TryGetValue(host, out List<Action<IPAddress[], SocketError>>? others))
            {
                others.Add(found);
                return;
            }
            isFull = _waiting.Count >= MaxThreads;
            if (!isFull)
            {
                _waiting.Add(host, [found]);
            }
        }
        if (isFull)
        {
            found([], SocketError.TryAgain);
            return;
        }
        new Thread(() => Resolve(host), 256 << 10) { IsBackground = true, Name = "henge names" }.Start();
    }

    private void Resolve(string host)
    {
        IPAddress[] addresses = [];
        SocketError error = SocketError.Success;
        try
        {
            addresses = Dns.GetHostAddresses(host);
        }
        catch (SocketException exception)
        {
            error = exception.SocketErrorCode;
        }
        catch (ArgumentException)
        {
            // No name at all.
            error = SocketError.HostNotFound;
        }
        List<Action<IPAddress[], SocketError>>? waiting;
        lock (_lock)
        {
            _waiting.Remove(host, out waiting);
        }
        waiting!.ForEach(found => found(addresses, error));
    }
}
