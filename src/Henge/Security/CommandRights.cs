using System.Text;

using Henge.Commands;

namespace Henge.Security;

/// <summary>
/// Whether a user may call a command with these words: by the role and the reach that its row in the command table
/// names, and nothing else.
/// </summary>
internal static class CommandRights
{
    /// <summary>Checks a call. The command has the words it needs.</summary>
    /// <returns>Null when it may; else the error, without the name of the user where that is about keys.</returns>
    public static string? Refusal(User user, Command command, in CommandArguments words)
    {
        if (user.Role < command.Needs)
        {
            return Command(user, command);
        }
        if (!user.HasPrefixes)
        {
            return null;
        }
        return command.Reach switch
        {
            KeyReach.Nothing => null,
            KeyReach.Keys => MayTouchKeys(user, command, words) ? null : "NOPERM No permissions to access a key",
            KeyReach.Pattern => user.MayMatch(words[1]) ? null : "NOPERM No permissions to access a key",
            KeyReach.Match => MayScan(user, words) ? null : "NOPERM No permissions to access a key",
            KeyReach.Channel => user.MayTouch(words[1]) ? null : Channel,
            KeyReach.Channels => All(user, words, patterns: false) ? null : Channel,
            KeyReach.ChannelPatterns => All(user, words, patterns: true) ? null : Channel,
            _ => Command(user, command),
        };
    }

    private static string Channel => "NOPERM No permissions to access a channel";

    private static string Command(User user, Command command) =>
        $"NOPERM User {user.Name} has no permissions to run the '{command.Name.ToLowerInvariant()}' command";

    private static bool MayTouchKeys(User user, Command command, in CommandArguments words)
    {
        var keys = KeyPositions.Of(command, words.Count);
        for (int i = keys.First; i <= keys.Last; i += keys.Step)
        {
            if (!user.MayTouch(words[i]))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>SCAN cursor [option value]…: each MATCH counts, since the last one is what is used.</summary>
    private static bool MayScan(User user, in CommandArguments words)
    {
        bool isBounded = false;
        for (int i = 2; i + 1 < words.Count; i += 2)
        {
            if (Ascii.EqualsIgnoreCase(words[i], "MATCH"u8))
            {
                isBounded = user.MayMatch(words[i + 1]);
                if (!isBounded)
                {
                    return false;
                }
            }
        }
        return isBounded;
    }

    private static bool All(User user, in CommandArguments words, bool patterns)
    {
        for (int i = 1; i < words.Count; i++)
        {
            if (!(patterns ? user.MayMatch(words[i]) : user.MayTouch(words[i])))
            {
                return false;
            }
        }
        return true;
    }
}
