using System.Security.Cryptography;
using System.Text;

namespace Henge.Security;

/// <summary>
/// Who somebody is and what that allows. Its rights never change; after a reload with other rights it is another
/// object. Thread safe.
/// </summary>
internal sealed class User
{
    // Of this process alone: a digest of a password that was checked once, so that checking it again costs nothing and
    // whoever reads the memory of another process learns nothing from it.
    private static readonly byte[] s_processKey = RandomNumberGenerator.GetBytes(32);

    private readonly byte[][] _prefixes;
    private byte[]? _checked;

    private User(string name, Role role, PasswordHash? hash, string[] prefixes)
    {
        Name = name;
        Role = role;
        Hash = hash;
        _prefixes = [.. prefixes.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>
    /// The user who gives no name, with every right: who shows the password, or all where none is set.
    /// </summary>
    public static User Default { get; } = new("default", Role.Admin, hash: null, []);

    /// <summary>Other nodes of the ring, for whom the node that was asked has decided.</summary>
    public static User Peers { get; } = new("(peers)", Role.Admin, hash: null, []);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What it may do.</summary>
    public Role Role { get; }

    /// <summary>Its password at rest; null where that is kept elsewhere.</summary>
    public PasswordHash? Hash { get; }

    /// <summary>Whether nothing needs to be checked for it.</summary>
    public bool IsUnrestricted => Role == Role.Admin;

    /// <summary>Whether it may touch only some keys.</summary>
    public bool HasPrefixes => _prefixes.Length > 0;

    /// <summary>Makes the user of a definition that was found valid.</summary>
    public static User Of(UserDefinition definition, PasswordHash hash) =>
        new(definition.Name, definition.Role, hash, definition.KeyPrefixes);

    /// <summary>Whether it may touch a key, a channel, or everything that begins so.</summary>
    public bool MayTouch(ReadOnlySpan<byte> key)
    {
        foreach (byte[] prefix in _prefixes)
        {
            if (key.StartsWith(prefix))
            {
                return true;
            }
        }
        return _prefixes.Length == 0;
    }

    /// <summary>Whether all that a glob pattern can match is its own.</summary>
    public bool MayMatch(ReadOnlySpan<byte> pattern)
    {
        int special = pattern.IndexOfAny("*?[\\"u8);
        return MayTouch(special < 0 ? pattern : pattern[..special]);
    }

    /// <summary>Whether another may exactly the same.</summary>
    public bool HasSameRights(User other) =>
        Name == other.Name && Role == other.Role && _prefixes.Length == other._prefixes.Length
        && _prefixes.Zip(other._prefixes).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    /// <summary>
    /// Whether a password is right or wrong, as far as that is known without its hash; null when it is not.
    /// </summary>
    public bool? Remembers(ReadOnlySpan<byte> password)
    {
        if (Volatile.Read(ref _checked) is not { } known)
        {
            return null;
        }
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(s_processKey, password, digest);
        return CryptographicOperations.FixedTimeEquals(digest, known);
    }

    /// <summary>
    /// Checks a password by its hash; a right one is remembered. Slow: see <see cref="PasswordHash"/>.
    /// </summary>
    public bool Check(ReadOnlySpan<byte> password)
    {
        if (Hash is null || !Hash.Fits(password))
        {
            return false;
        }
        Volatile.Write(ref _checked, HMACSHA256.HashData(s_processKey, password));
        return true;
    }
}
