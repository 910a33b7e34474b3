using System.Net;
using System.Net.Sockets;

namespace Henge.Security;

/// <summary>
/// Bounds guessing. An address may be wrong <see cref="FreeGuesses"/> times; after that it wins one try back each
/// second. A user may be guessed <see cref="FreeGuessesOfUser"/> times by all addresses together, and that wins ten
/// back each second; an address from which the user has got in stays exempt from the second bound, so that guessing
/// from many places does not lock the user out. A network of IPv6 (/64), which one machine may have to itself, counts
/// as one address. The tables are bounded. Thread safe.
/// </summary>
internal sealed class GuessLimits
{
    /// <summary>Wrong passwords that an address may show at once.</summary>
    public const int FreeGuesses = 10;

    /// <summary>Time in which an address wins back one try, in milliseconds.</summary>
    public const int MillisecondsPerGuess = 1000;

    /// <summary>Wrong passwords that all addresses together may show at once for one user.</summary>
    public const int FreeGuessesOfUser = 100;

    /// <summary>Time in which a user wins back one try, in milliseconds.</summary>
    public const int MillisecondsPerGuessOfUser = 100;

    /// <summary>
    /// Addresses remembered at once. When there are more, those that were not wrong lately are forgotten first; if that
    /// makes no room, further addresses count together as one, but for those from which the user has got in.
    /// </summary>
    public const int MaxAddresses = 4096;

    // Users that there are not, by a hash of their names under a key of the process: they are counted as those that
    // there are, or guessing would tell which is which.
    private const int Nobodies = 1024;

    private static readonly string[] s_nobodies = [.. Enumerable.Range(0, Nobodies).Select(static i => $"\0{i}")];

    private readonly Lock _lock = new();

    // The time at which all tries are won back. Guarded by _lock.
    private readonly Dictionary<IPAddress, long> _addresses = [];
    private readonly Dictionary<string, long> _users = [];
    private readonly Dictionary<(string User, IPAddress Address), long> _known = [];

    private long _clearedMs;

    /// <summary>Whether an attempt is not even looked at.</summary>
    /// <param name="user">The user, or what <see cref="NobodyOf"/> gives for one that there is not.</param>
    /// <param name="address">From where.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    public bool IsExhausted(string user, IPAddress address, long nowMs)
    {
        address = Network(address);
        lock (_lock)
        {
            IPAddress counted = Counted(user, address);
            if (IsSpent(_addresses.GetValueOrDefault(counted), FreeGuesses, MillisecondsPerGuess, nowMs))
            {
                return true;
            }
            return !_known.ContainsKey((user, address))
                && IsSpent(_users.GetValueOrDefault(user), FreeGuessesOfUser, MillisecondsPerGuessOfUser, nowMs);
        }
    }

    /// <summary>Counts a wrong password.</summary>
    public void Wrong(string user, IPAddress address, long nowMs)
    {
        address = Network(address);
        lock (_lock)
        {
            if (_addresses.Count >= MaxAddresses && nowMs - _clearedMs >= MillisecondsPerGuess)
            {
                _clearedMs = nowMs;
                foreach ((IPAddress known, long recoveredAtMs) in _addresses)
                {
                    if (recoveredAtMs <= nowMs)
                    {
                        _addresses.Remove(known);
                    }
                }
            }
            IPAddress counted = Counted(user, address);
            _addresses[counted] =
                Math.Max(_addresses.GetValueOrDefault(counted), nowMs) + MillisecondsPerGuess;
            _users[user] = Math.Max(_users.GetValueOrDefault(user), nowMs) + MillisecondsPerGuessOfUser;
        }
    }

    /// <summary>Remembers that a user got in from an address.</summary>
    public void Right(string user, IPAddress address, long nowMs)
    {
        address = Network(address);
        lock (_lock)
        {
            if (_known.TryGetValue((user, address), out long beforeMs) && nowMs - beforeMs < MillisecondsPerGuess)
            {
                return;
            }
            if (_known.Count >= MaxAddresses && beforeMs == 0)
            {
                _known.Remove(_known.MinBy(static pair => pair.Value).Key);
            }
            _known[(user, address)] = nowMs;
        }
    }

    /// <summary>As whom a name is counted that is no user's; no user can be called so.</summary>
    public static string NobodyOf(string name) => s_nobodies[(uint)name.GetHashCode() % Nobodies];

    /// <summary>Forgets users that are no more.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _users.Clear();
        }
    }

    private static bool IsSpent(long recoveredAtMs, int free, int perGuess, long nowMs) =>
        recoveredAtMs - nowMs > (free - 1) * (long)perGuess;

    /// <summary>
    /// The address itself while there is room, and where the user has been; else the one that stands for all others.
    /// </summary>
    private IPAddress Counted(string user, IPAddress address) =>
        _addresses.Count < MaxAddresses || _addresses.ContainsKey(address)
            || _known.ContainsKey((user, address))
            ? address
            : IPAddress.None;

    private static IPAddress Network(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
