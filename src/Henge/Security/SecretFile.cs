using System.Text;

namespace Henge.Security;

/// <summary>One file that options name and that may change: what it holds, and whether it has changed since.</summary>
/// <param name="option">The option that names it, for messages.</param>
/// <param name="path">Where it is.</param>
internal sealed class SecretFile(string option, string path)
{
    private const int MostBytes = 1 << 20;

    private (DateTime WrittenAt, long Length) _seen;

    /// <summary>The option and the path, for messages.</summary>
    public string Name => $"{option} {path}";

    /// <summary>Whether it is not as it was when it was read last.</summary>
    public bool HasChanged => Look() != _seen;

    /// <summary>Its lines that are not empty.</summary>
    /// <exception cref="HengeStartException">It cannot be read, or others may write it.</exception>
    public string[] Lines() => Text().Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>All of it.</summary>
    /// <exception cref="HengeStartException">It cannot be read, or others may write it.</exception>
    public string Text()
    {
        try
        {
            // Before it is read: what changes meanwhile is read again.
            _seen = Look();
            if (!OperatingSystem.IsWindows()
                && (File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            {
                throw new HengeStartException(
                    $"{Name}: others than its owner may write it, and so let themselves in: chmod go-w {path}");
            }
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[(file.CanSeek ? Math.Min(file.Length, MostBytes) : MostBytes) + 1];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MostBytes
                ? Encoding.UTF8.GetString(bytes, 0, length)
                : throw new HengeStartException($"{Name}: longer than {MostBytes} bytes");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new HengeStartException($"{Name}: no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new HengeStartException($"{Name}: this user may not read it");
        }
        catch (IOException error)
        {
            throw new HengeStartException($"{Name}: cannot be read: {error.Message}");
        }
    }

    /// <summary>A warning when every user of the machine may read it; null when not.</summary>
    public string? Exposure() =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.OtherRead) != 0
            ? $"{Name} can be read by every user of this machine: chmod o-r {path}" : null;

    private (DateTime WrittenAt, long Length) Look()
    {
        try
        {
            var file = new FileInfo(path);
            // Orchestrators replace what a link points to.
            FileInfo target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return (target.LastWriteTimeUtc, target.Exists ? target.Length : -1);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (default, -1);
        }
    }
}
