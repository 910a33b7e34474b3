using Henge.Commands;

namespace Henge.Clients;

/// <summary>
/// CLIENT PAUSE: until a deadline commands stay where they are, all of them or those that write. Sessions ask before
/// each command; they stop there and are called again when the pause is over. CLIENT is let through, so that an
/// operator can end a pause. Thread safe.
/// </summary>
internal sealed class ClientPause
{
    private readonly Lock _lock = new();
    private long _allUntilMs;
    private long _writesUntilMs;

    /// <summary>Whether a pause may be running; the cheap question before <see cref="Holds"/>.</summary>
    public bool IsSet => Volatile.Read(ref _allUntilMs) != 0 || Volatile.Read(ref _writesUntilMs) != 0;

    /// <summary>Whether a command has to wait.</summary>
    public bool Holds(Command command, long nowMs)
    {
        if (nowMs < Volatile.Read(ref _allUntilMs))
        {
            return !command.Name.StartsWith("CLIENT", StringComparison.Ordinal);
        }
        if (nowMs < Volatile.Read(ref _writesUntilMs))
        {
            return (command.Flags & CommandFlags.Write) != 0 || command.Name is "PUBLISH" or "SPUBLISH" or "EXEC";
        }
        lock (_lock)
        {
            if (nowMs >= _allUntilMs && nowMs >= _writesUntilMs)
            {
                _allUntilMs = _writesUntilMs = 0;
            }
        }
        return false;
    }

    /// <summary>Pauses until a deadline. A pause that runs is never shortened.</summary>
    public void Until(long deadlineMs, bool writesOnly)
    {
        lock (_lock)
        {
            if (writesOnly)
            {
                _writesUntilMs = Math.Max(_writesUntilMs, deadlineMs);
            }
            else
            {
                _allUntilMs = Math.Max(_allUntilMs, deadlineMs);
            }
        }
    }

    /// <summary>Ends every pause.</summary>
    public void End()
    {
        lock (_lock)
        {
            _allUntilMs = _writesUntilMs = 0;
        }
    }
}
