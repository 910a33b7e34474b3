namespace Henge.Commands.Server;

/// <summary>One name of CONFIG GET and CONFIG SET.</summary>
/// <param name="Name">As Redis spells it.</param>
/// <param name="Get">Its value now.</param>
/// <param name="Check">
/// Says what is wrong with a new value, or null; null itself when it cannot change while running.
/// </param>
/// <param name="Apply">Sets a value that was checked.</param>
internal sealed record ConfigParameter(
    string Name,
    Func<HengeNode, string> Get,
    Func<HengeNode, string, string?>? Check = null,
    Action<HengeNode, string>? Apply = null);
