using System.Text;

namespace Henge.Security;

/// <summary>
/// Named users as text: <c>name role hash [prefix …]</c>, a blank between, prefixes percent-encoded; a line that
/// begins with # is a comment.
/// </summary>
internal static class UsersFile
{
    private const int MaxUsers = 10_000;
    private const int MaxName = 64;
    private const int MaxPrefixes = 64;
    private const int MaxPrefixBytes = 1024;

    /// <summary>The line of a user.</summary>
    public static string Line(UserDefinition user) => string.Join(
        ' ',
        [user.Name, user.Role.ToString().ToLowerInvariant(), user.PasswordHash,
            .. user.KeyPrefixes.Select(Uri.EscapeDataString)]);

    /// <summary>The users of lines.</summary>
    /// <exception cref="HengeStartException">One makes no sense; the message shows no hash.</exception>
    public static List<UserDefinition> Read(string file, IReadOnlyList<string> lines)
    {
        var users = new List<UserDefinition>();
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }
            if (words.Length < 3 || !Enum.TryParse(words[1], ignoreCase: true, out Role role)
                || char.IsAsciiDigit(words[1][0]))
            {
                throw new HengeStartException(
                    $"{file}: user {words[0]}: expected `name read|write|admin hash [prefix …]`, as `henge user` "
                    + "prints it");
            }
            users.Add(new UserDefinition(
                words[0], role, words[2], [.. words.Skip(3).Select(Uri.UnescapeDataString)]));
        }
        return users;
    }

    /// <summary>Makes the users of definitions.</summary>
    /// <param name="definitions">All of them.</param>
    /// <param name="hasPassword">Whether the default user has a password of its own already.</param>
    /// <exception cref="HengeStartException">One cannot be, or two have one name.</exception>
    public static List<User> Make(IReadOnlyList<UserDefinition> definitions, bool hasPassword)
    {
        var users = new Dictionary<string, User>();
        foreach (UserDefinition definition in definitions)
        {
            PasswordHash? hash = PasswordHash.TryParse(definition.PasswordHash);
            string? wrong = hash is null ? "has no password hash: make one with `henge user`" : Check(definition);
            if (wrong is null && hasPassword && definition.Name == User.Default.Name)
            {
                wrong = "has another password by --password-file or HENGE_PASSWORD: take one of them away";
            }
            if (wrong is null && !users.TryAdd(definition.Name, User.Of(definition, hash!)))
            {
                wrong = "is there twice";
            }
            if (wrong is not null)
            {
                throw new HengeStartException($"user {definition.Name} {wrong}");
            }
        }
        return users.Count <= MaxUsers ? [.. users.Values]
            : throw new HengeStartException($"there are more than {MaxUsers} users");
    }

    private static string? Check(UserDefinition user)
    {
        if (user.Name.Length is 0 or > MaxName
            || user.Name.Any(static c => c <= ' ' || c == ':' || char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            return $"must have a name of 1 to {MaxName} printable characters without blanks and colons";
        }
        if (user.Role is Role.None || !Enum.IsDefined(user.Role))
        {
            return "must be read, write or admin";
        }
        if (user.KeyPrefixes.Length > 0 && user.Role == Role.Admin)
        {
            return "is an admin and has key prefixes: an admin reaches everything, so give it none, or another role";
        }
        return user.KeyPrefixes.Length > MaxPrefixes
            || user.KeyPrefixes.Any(static prefix => Encoding.UTF8.GetByteCount(prefix) is 0 or > MaxPrefixBytes)
            ? $"must have at most {MaxPrefixes} key prefixes of 1 to {MaxPrefixBytes} bytes each"
            : null;
    }
}
