using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Henge.Security;

/// <summary>
/// Checks who clients say they are. The password of the default user is compared as a digest, in the same time whatever
/// is shown. Those of named users are kept as slow hashes: the first right one is checked off the loops and remembered
/// as a keyed digest, so that only the first login and wrong ones cost anything, and every wrong answer takes the same
/// time, whether there is such a user or not. Guessing is bounded (<see cref="GuessLimits"/>). Thread safe.
/// </summary>
internal sealed class Authenticator(HengeOptions options, TimeProvider timeProvider) : IDisposable
{
    /// <summary>Who gives no name.</summary>
    public static ReadOnlySpan<byte> DefaultUser => "default"u8;

    /// <summary>Hashes computed at once: a processor's worth, however many log in.</summary>
    private const int ChecksAtOnce = 1;

    /// <summary>Passwords that wait for their turn; one more is told to come back.</summary>
    private const int ChecksWaiting = 64;

    /// <summary>Every wrong answer about a named user takes so long at least, longer than a hash does.</summary>
    private static readonly TimeSpan WrongDelay = TimeSpan.FromMilliseconds(250);

    private readonly GuessLimits _guesses = new();
    private readonly SemaphoreSlim _turn = new(ChecksAtOnce);
    private Dictionary<string, User> _users = [];
    private Digest? _digest;
    private int _waiting;
    private long _wrong;
    private long _refused;

    /// <summary>Whether a password is asked at all.</summary>
    public bool IsRequired => options.Password is not null || Volatile.Read(ref _users).Count > 0;

    /// <summary>Who a connection is that has shown nothing; null when that is nobody.</summary>
    public User? Initial => IsRequired ? null : User.Default;

    /// <summary>Wrong passwords so far.</summary>
    public long WrongCount => Interlocked.Read(ref _wrong);

    /// <summary>Attempts refused because too many were wrong.</summary>
    public long RefusedCount => Interlocked.Read(ref _refused);

    /// <summary>The user of that name; null when there is none.</summary>
    public User? Find(string name) =>
        name == User.Default.Name && (options.Password is not null || !IsRequired) ? User.Default
        : Volatile.Read(ref _users).GetValueOrDefault(name);

    /// <summary>
    /// Takes other users. Whose rights stay keeps its object, so a session can tell by it whether its user still is
    /// what it was.
    /// </summary>
    public void Adopt(IEnumerable<User> users)
    {
        Dictionary<string, User> before = _users;
        var now = new Dictionary<string, User>();
        foreach (User user in users)
        {
            bool isSame = before.TryGetValue(user.Name, out User? known) && known.HasSameRights(user)
                && known.Hash?.ToString() == user.Hash?.ToString();
            now[user.Name] = isSame ? known! : user;
        }
        Volatile.Write(ref _users, now);
        _guesses.Forget();
    }

    /// <summary>Whether somebody who got in as this user may stay in: it is there and has the same rights.</summary>
    public bool IsCurrent(User user) =>
        ReferenceEquals(user, User.Default) || ReferenceEquals(user, User.Peers)
        || (Volatile.Read(ref _users).TryGetValue(user.Name, out User? now) && now.HasSameRights(user));

    /// <summary>
    /// Checks a user and a password as far as that takes no time; <see cref="AuthenticationResult.Unknown"/> when it
    /// would. Without a password set, the default user's name alone counts.
    /// </summary>
    public AuthenticationResult Check(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> password, IPAddress address, long nowMs, out User? user)
    {
        user = null;
        if (!IsRequired)
        {
            user = name.SequenceEqual(DefaultUser) ? User.Default : null;
            return user is null ? AuthenticationResult.Wrong : AuthenticationResult.Accepted;
        }
        User? claimed = Find(Encoding.UTF8.GetString(name));
        if (_guesses.IsExhausted(claimed?.Name, address, nowMs))
        {
            Interlocked.Increment(ref _refused);
            return AuthenticationResult.TooManyAttempts;
        }
        bool? isRight = ReferenceEquals(claimed, User.Default) ? IsDefaultPassword(password)
            : claimed is not null ? claimed.Remembers(password)
            : null;
        if (isRight == true)
        {
            user = claimed;
            if (claimed!.Hash is not null)
            {
                _guesses.Right(claimed.Name, address, nowMs);
            }
            return AuthenticationResult.Accepted;
        }
        if (ReferenceEquals(claimed, User.Default) || Volatile.Read(ref _users).Count == 0)
        {
            CountWrong(claimed, address, nowMs);
            return AuthenticationResult.Wrong;
        }
        return AuthenticationResult.Unknown;
    }

    /// <summary>Ends what <see cref="Check"/> left unknown, away from the caller's thread.</summary>
    public async Task<(AuthenticationResult Result, User? User)> CheckSlowlyAsync(
        byte[] name, byte[] password, IPAddress address)
    {
        long begun = timeProvider.GetTimestamp();
        User? claimed = Find(Encoding.UTF8.GetString(name));
        long nowMs = timeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        bool isKnown = claimed is not null && claimed.Remembers(password) is null;
        bool? isRight = isKnown ? await CheckInTurnAsync(claimed!, password).ConfigureAwait(false) : false;
        if (isRight is null)
        {
            return (AuthenticationResult.Busy, null);
        }
        if (isRight == true)
        {
            _guesses.Right(claimed!.Name, address, nowMs);
            return (AuthenticationResult.Accepted, claimed);
        }
        CountWrong(claimed, address, nowMs);
        TimeSpan left = WrongDelay - timeProvider.GetElapsedTime(begun);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, timeProvider).ConfigureAwait(false);
        }
        return (AuthenticationResult.Wrong, null);
    }

    /// <summary>As <see cref="CheckSlowlyAsync"/> on this thread, for sessions without a loop (tests).</summary>
    public AuthenticationResult CheckHere(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> password, IPAddress address, long nowMs, out User? user)
    {
        User? claimed = Find(Encoding.UTF8.GetString(name));
        user = claimed is not null && claimed.Check(password) ? claimed : null;
        if (user is null)
        {
            CountWrong(claimed, address, nowMs);
        }
        return user is null ? AuthenticationResult.Wrong : AuthenticationResult.Accepted;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<bool?> CheckInTurnAsync(User user, byte[] password)
    {
        if (Interlocked.Increment(ref _waiting) > ChecksWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }
        try
        {
            await _turn.WaitAsync().ConfigureAwait(false);
            try
            {
                // Who came first may have shown that this one is right.
                return user.Remembers(password) ?? await Task.Run(() => user.Check(password)).ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void CountWrong(User? user, IPAddress address, long nowMs)
    {
        Interlocked.Increment(ref _wrong);
        _guesses.Wrong(user?.Name, address, nowMs);
    }

    private bool IsDefaultPassword(ReadOnlySpan<byte> password)
    {
        if (options.Password is not { } expected)
        {
            return false;
        }
        Span<byte> shown = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(password, shown);
        return CryptographicOperations.FixedTimeEquals(shown, DigestOf(expected));
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

    /// <summary>A password and what it hashes to.</summary>
    private sealed record Digest(string Password, byte[] Bytes);
}
