using System.Net;
using System.Security.Cryptography;
using System.Text;

using Henge.Transport.Connections;

using Microsoft.Extensions.Logging;

namespace Henge.Security;

/// <summary>
/// Checks who clients say they are. The password of the default user is compared as a digest, in the same time whatever
/// is shown. Those of named users are kept as slow hashes: the first right one is checked off the loops and remembered
/// as a keyed digest, so that only the first login and wrong ones cost anything, and every wrong answer takes the same
/// time, whether there is such a user or not. Guessing is bounded (<see cref="GuessLimits"/>). Thread safe.
/// </summary>
internal sealed class Authenticator(HengeOptions options, TimeProvider timeProvider, ILogger logger) : IDisposable
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
    private readonly RareLog _exhausted = new();
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
    /// <param name="name">Who the client says it is.</param>
    /// <param name="password">What it shows for that.</param>
    /// <param name="address">From where.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <param name="user">Who it is, when it is accepted.</param>
    /// <param name="within">
    /// Who the same connection was let in as with the last password that it showed: that user is looked at however much
    /// others guess.
    /// </param>
    public AuthenticationResult Check(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> password, IPAddress address, long nowMs, out User? user,
        User? within = null)
    {
        user = null;
        if (!IsRequired)
        {
            user = name.SequenceEqual(DefaultUser) ? User.Default : null;
            return user is null ? AuthenticationResult.Wrong : AuthenticationResult.Accepted;
        }
        User? claimed = Find(Encoding.UTF8.GetString(name), out string counted);
        bool isWithin = claimed is not null && ReferenceEquals(claimed, within);
        if (!isWithin && _guesses.IsExhausted(counted, address, nowMs))
        {
            return Refuse(address);
        }
        bool? isRight = ReferenceEquals(claimed, User.Default) ? IsDefaultPassword(password)
            : claimed is not null ? claimed.Remembers(password)
            : null;
        if (isRight == true)
        {
            user = claimed;
            if (!isWithin)
            {
                _guesses.Right(claimed!.Name, address, nowMs);
            }
            return AuthenticationResult.Accepted;
        }
        if (ReferenceEquals(claimed, User.Default) || Volatile.Read(ref _users).Count == 0)
        {
            CountWrong(counted, address, nowMs);
            return AuthenticationResult.Wrong;
        }
        return AuthenticationResult.Unknown;
    }

    /// <summary>Ends what <see cref="Check"/> left unknown, away from the caller's thread.</summary>
    public async Task<(AuthenticationResult Result, User? User)> CheckSlowlyAsync(
        byte[] name, byte[] password, IPAddress address)
    {
        long begun = timeProvider.GetTimestamp();
        User? claimed = Find(Encoding.UTF8.GetString(name), out string counted);
        AuthenticationResult result = AuthenticationResult.Wrong;
        if (claimed is not null && claimed.Remembers(password) is null)
        {
            result = await CheckInTurnAsync(claimed, password, address).ConfigureAwait(false);
        }
        else
        {
            CountWrong(counted, address, NowMs);
        }
        if (result != AuthenticationResult.Wrong)
        {
            return (result, result == AuthenticationResult.Accepted ? claimed : null);
        }
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
        User? claimed = Find(Encoding.UTF8.GetString(name), out string counted);
        user = claimed is not null && claimed.Check(password) ? claimed : null;
        if (user is null)
        {
            CountWrong(counted, address, nowMs);
        }
        return user is null ? AuthenticationResult.Wrong : AuthenticationResult.Accepted;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private long NowMs => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<AuthenticationResult> CheckInTurnAsync(User user, byte[] password, IPAddress address)
    {
        if (Interlocked.Increment(ref _waiting) > ChecksWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return AuthenticationResult.Busy;
        }
        try
        {
            await _turn.WaitAsync().ConfigureAwait(false);
            try
            {
                // Those that came first may have used up the tries that were left when this one began to wait.
                if (_guesses.IsExhausted(user.Name, address, NowMs))
                {
                    return Refuse(address);
                }
                // Or one of them has shown which password is right.
                if (user.Remembers(password) ?? await Task.Run(() => user.Check(password)).ConfigureAwait(false))
                {
                    _guesses.Right(user.Name, address, NowMs);
                    return AuthenticationResult.Accepted;
                }
                CountWrong(user.Name, address, NowMs);
                return AuthenticationResult.Wrong;
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

    private AuthenticationResult Refuse(IPAddress address)
    {
        Interlocked.Increment(ref _refused);
        if (_exhausted.IsDue((long)timeProvider.GetElapsedTime(0).TotalMilliseconds, out long others))
        {
            Log.TooManyGuesses(logger, address, others);
        }
        return AuthenticationResult.TooManyAttempts;
    }

    private void CountWrong(string user, IPAddress address, long nowMs)
    {
        Interlocked.Increment(ref _wrong);
        _guesses.Wrong(user, address, nowMs);
    }

    private User? Find(string name, out string counted)
    {
        User? user = Find(name);
        counted = user?.Name ?? GuessLimits.NobodyOf(name);
        return user;
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
