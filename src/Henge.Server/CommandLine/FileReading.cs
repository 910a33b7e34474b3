using Henge.Values;

namespace Henge.Server.CommandLine;

/// <summary>Reads the small files that options name, with errors in one line.</summary>
internal static class FileReading
{
    private const long MostSecretBytes = 4096;

    /// <summary>All bytes of a file of at most <paramref name="most"/> bytes.</summary>
    /// <exception cref="UsageException">It is missing, unreadable or too long.</exception>
    public static byte[] Bytes(string option, string path, long most)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new UsageException($"{option} {path}: is a directory; name a file");
            }
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[most + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= most
                ? bytes[..length]
                : throw new UsageException($"{option} {path}: longer than {ByteSize.Format(most)}");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{option} {path}: no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new UsageException($"{option} {path}: this user may not read it");
        }
        catch (IOException error)
        {
            throw new UsageException($"{option} {path}: cannot be read: {error.Message}");
        }
    }

    /// <summary>The secrets in a file: its lines that are not empty, without their line ends.</summary>
    /// <exception cref="UsageException">It cannot be read, or has none.</exception>
    public static string[] Secrets(string option, string path)
    {
        string text = System.Text.Encoding.UTF8.GetString(Bytes(option, path, MostSecretBytes));
        string[] secrets = text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return secrets.Length > 0
            ? secrets
            : throw new UsageException($"{option} {path}: it is empty; write a secret on its first line");
    }

    /// <summary>The secret in a file: its first line, without the line end.</summary>
    /// <exception cref="UsageException">It cannot be read, or its first line is empty.</exception>
    public static string Secret(string option, string path)
    {
        string text = System.Text.Encoding.UTF8.GetString(Bytes(option, path, MostSecretBytes));
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        string secret = end < 0 ? text : text[..end];
        return secret.Length > 0
            ? secret
            : throw new UsageException($"{option} {path}: its first line is empty; write the password there");
    }
}
