using System.Globalization;
using System.Security.Cryptography;

namespace Henge.Security;

/// <summary>
/// A password at rest: PBKDF2 with HMAC-SHA-512 (RFC 8018), 210,000 iterations (OWASP's figure) and 16 random bytes of
/// salt, as <c>pbkdf2-sha512$iterations$salt$hash</c> in base64. Checking takes about a tenth of a second of a
/// processor on purpose: never on a loop.
/// </summary>
internal sealed class PasswordHash
{
    private const string Scheme = "pbkdf2-sha512";
    private const int Iterations = 210_000;
    private const int LeastIterations = 1000;
    private const int MostIterations = 10_000_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int MostBytes = 64;

    private readonly int _iterations;
    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash)
    {
        _iterations = iterations;
        _salt = salt;
        _hash = hash;
    }

    /// <summary>Hashes a password with a new salt.</summary>
    public static PasswordHash Of(ReadOnlySpan<byte> password, int iterations = Iterations)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(iterations, salt, Derive(password, salt, iterations, HashBytes));
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is none.</summary>
    public static PasswordHash? TryParse(string text)
    {
        string[] parts = text.Split('$');
        if (parts.Length != 4 || parts[0] != Scheme
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int iterations)
            || iterations is < LeastIterations or > MostIterations)
        {
            return null;
        }
        byte[]? salt = Bytes(parts[2]);
        byte[]? hash = Bytes(parts[3]);
        return salt is { Length: >= SaltBytes } && hash is { Length: >= HashBytes }
            ? new PasswordHash(iterations, salt, hash) : null;
    }

    /// <summary>Whether a password is the one. Constant time, about a tenth of a second.</summary>
    public bool Fits(ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, _salt, _iterations, _hash.Length), _hash);

    /// <summary>The text for a users file.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}${_iterations}${Convert.ToBase64String(_salt)}${Convert.ToBase64String(_hash)}");

    private static byte[] Derive(ReadOnlySpan<byte> password, byte[] salt, int iterations, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, length);

    private static byte[]? Bytes(string text)
    {
        byte[] bytes = new byte[MostBytes];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }
}
