namespace Henge.Security;

/// <summary>A named user as options and users files define it; immutable.</summary>
/// <param name="Name">1 to 64 printable characters without blanks or colons; "default" is who gives no name.</param>
/// <param name="Role">What it may do; not <see cref="Role.None"/>.</param>
/// <param name="PasswordHash">Its password's hash, as <c>henge user</c> prints it.</param>
/// <param name="KeyPrefixes">
/// Beginnings of the keys and channels that it may touch; none: all. An admin can have none. Commands that concern more
/// than named keys are refused to a user with prefixes.
/// </param>
public sealed record UserDefinition(string Name, Role Role, string PasswordHash, params string[] KeyPrefixes);
