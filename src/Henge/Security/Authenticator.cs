using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Henge.Security;

/// <summary>
/// Checks the password of clients. The comparison is of digests and takes the same time whatever is shown. An address
/// may be wrong <see cref="FreeGuesses"/> times; after that it gets one more try for each second that passes, and
/// what comes faster is refused without a look, so guessing is bounded to about 86,400 passwords a day and address.
/// Thread safe.
/// </summary>
internal sealed class Authenticator(HengeOptions options)
{
    /// <summary>The only user there is.</summary>
    public static ReadOnlySpan<byte> DefaultUser => "default"u8;

    /// <summary>Wrong passwords that an address may show at once.</summary>
    public const int FreeGuesses = 10;

    /// <summary>Time in which an address wins back one try, in milliseconds.</summary>
    public const int MillisecondsPerGuess = 1000;

    /// <summary>
    /// Addresses remembered at once. When there are more, those that were not wrong lately are forgotten first; if that
    /// makes no room, unknown addresses count together as one.
    /// </summary>
    public const int MaxAddresses = 4096;

    private readonly Lock _lock = new();

    // Per address: the time at which all of its tries are won back. Guarded by _lock.
    private readonly Dictionary<IPAddress, long> _recoveredAtMs = [];
    private Digest? _digest;
    private long _wrong;
    private long _refused;

    /// <summary>Whether a password is set at all.</summary>
    public bool IsRequired => options.Password is not null;

    /// <summary>Wrong passwords so far.</summary>
    public long WrongCount => Interlocked.Read(ref _wrong);

    /// <summary>Attempts refused because too many were wrong.</summary>
    public long RefusedCount => Interlocked.Read(ref _refused);

    /// <summary>
    /// Checks a user and a password from a remote address. Without a password set, the user alone counts.
    /// </summary>
    public AuthenticationResult Check(
        ReadOnlySpan<byte> user, ReadOnlySpan<byte> password, IPAddress address, long nowMs)
    {
        string? expected = options.Password;
        bool isRightUser = user.SequenceEqual(DefaultUser);
        if (expected is null)
        {
            return isRightUser ? AuthenticationResult.Accepted : AuthenticationResult.Wrong;
        }
        lock (_lock)
        {
            if (IsExhausted(address, nowMs))
            {
                Interlocked.Increment(ref _refused);
                return AuthenticationResult.TooManyAttempts;
            }
        }
        Span<byte> shown = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(password, shown);
        if (CryptographicOperations.FixedTimeEquals(shown, DigestOf(expected)) & isRightUser)
        {
            return AuthenticationResult.Accepted;
        }
        Interlocked.Increment(ref _wrong);
        lock (_lock)
        {
            CountWrong(address, nowMs);
        }
        return AuthenticationResult.Wrong;
    }

    /// <summary>Forgets who was wrong how often.</summary>
    public void Forgive()
    {
        lock (_lock)
        {
            _recoveredAtMs.Clear();
        }
    }

    private byte[] DigestOf(string password)
    {
        Digest? known = Volatile.Read(ref _digest);
        if (known is null || !ReferenceEquals(known.Password, password))
        {
            known = new Digest(password, SHA256.HashData(Encoding.UTF8.GetBytes(password)));
            Volatile.Write(ref _digest, known);
        }
        return known.Bytes;
    }

    private bool IsExhausted(IPAddress address, long nowMs)
    {
        IPAddress counted = Counted(address);
        return _recoveredAtMs.TryGetValue(counted, out long recoveredAtMs)
            && recoveredAtMs - nowMs > (FreeGuesses - 1) * (long)MillisecondsPerGuess;
    }

    private void CountWrong(IPAddress address, long nowMs)
    {
        if (_recoveredAtMs.Count >= MaxAddresses && !_recoveredAtMs.ContainsKey(address))
        {
            foreach ((IPAddress known, long recoveredAtMs) in _recoveredAtMs)
            {
                if (recoveredAtMs <= nowMs)
                {
                    _recoveredAtMs.Remove(known);
                }
            }
        }
        IPAddress counted = Counted(address);
        _recoveredAtMs.TryGetValue(counted, out long before);
        _recoveredAtMs[counted] = Math.Max(before, nowMs) + MillisecondsPerGuess;
    }

    /// <summary>The address itself while there is room, else the one that stands for all the others.</summary>
    private IPAddress Counted(IPAddress address) =>
        _recoveredAtMs.Count < MaxAddresses || _recoveredAtMs.ContainsKey(address) ? address : IPAddress.None;

    /// <summary>A password and what it hashes to.</summary>
    private sealed record Digest(string Password, byte[] Bytes);
}
