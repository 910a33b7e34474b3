using System.Text;

namespace Henge.Server.Display;

/// <summary>Asks a person for a secret, and does not show what is typed.</summary>
internal static class SecretPrompt
{
    /// <summary>What was typed; null where there is no terminal to ask at, or it was broken off.</summary>
    public static string? Ask(string prompt)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            return null;
        }
        Console.Error.Write(prompt);
        var text = new StringBuilder();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                Console.Error.WriteLine();
                return text.ToString();
            }
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }
    }
}
