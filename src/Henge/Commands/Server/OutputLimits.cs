using System.Globalization;

namespace Henge.Commands.Server;

/// <summary>
/// client-output-buffer-limit: "class hard soft seconds" and again. One limit holds for all clients here, so normal and
/// pubsub read the same, and setting one sets both; replica connections of Redis's kind do not exist and read as 0.
/// </summary>
internal static class OutputLimits
{
    /// <summary>The limits in Redis's form.</summary>
    public static string Read(HengeNode node)
    {
        ClientLimits limits = node.Options.Limits;
        string values = string.Create(
            CultureInfo.InvariantCulture,
            $"{limits.OutputHardBytes} {limits.OutputSoftBytes} {(long)limits.OutputSoftTime.TotalSeconds}");
        return $"normal {values} slave 0 0 0 pubsub {values}";
    }

    /// <summary>Says what is wrong with a new value, or null.</summary>
    public static string? Check(HengeNode node, string text) =>
        TryParse(node, text, out _, out string? wrong) ? null : wrong;

    /// <summary>Sets a value that was checked.</summary>
    public static void Apply(HengeNode node, string text)
    {
        if (TryParse(node, text, out (long Hard, long Soft, long Seconds)? limit, out _)
            && limit is var (hard, soft, seconds))
        {
            ClientLimits limits = node.Options.Limits;
            limits.OutputHardBytes = hard;
            limits.OutputSoftBytes = soft;
            limits.OutputSoftTime = TimeSpan.FromSeconds(seconds);
        }
    }

    private static bool TryParse(
        HengeNode node, string text, out (long Hard, long Soft, long Seconds)? limit, out string? wrong)
    {
        limit = null;
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        wrong = "Wrong number of arguments in buffer limit configuration.";
        if (words.Length == 0 || words.Length % 4 != 0)
        {
            return false;
        }
        for (int i = 0; i < words.Length; i += 4)
        {
            wrong = "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
            if (!ConfigTable.TryReadBytes(words[i + 1], out long hard)
                || !ConfigTable.TryReadBytes(words[i + 2], out long soft)
                || !int.TryParse(words[i + 3], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
            {
                return false;
            }
            switch (words[i].ToLowerInvariant())
            {
                case "normal" or "pubsub":
                    wrong = "the limits must rise (pause <= soft <= hard), and the time be positive";
                    if (soft < node.Options.Limits.OutputPauseBytes || hard < soft || seconds == 0)
                    {
                        return false;
                    }
                    limit = (hard, soft, seconds);
                    break;
                case "slave" or "replica":
                    break;
                default:
                    wrong = "Invalid client class specified in buffer limit configuration.";
                    return false;
            }
        }
        wrong = null;
        return true;
    }
}
