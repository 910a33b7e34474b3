using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

using Henge.Tests.Tidy;

namespace Henge.Tests.Live;

/// <summary>
/// A real node in its own process: the command that the build gives, on a port that the system picked, killed by its
/// own id when disposed. What it writes is kept for assertions and failure messages.
/// </summary>
internal sealed partial class HengeProcess : IAsyncDisposable
{
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _out = [];
    private readonly List<string> _error = [];

    private HengeProcess(IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        ProcessStartInfo start = new(CommandPath, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Keep(_out, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_error, line.Data);
        _process.Exited += (_, _) => _firstLine.TrySetException(new InvalidOperationException("ended, not ready"));
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where the built command lies: in the configuration that these tests were built in.</summary>
    public static string CommandPath { get; } = Path.Combine(
        Repository.Root, "src", "Henge.Server", "bin", Configuration, "net10.0",
        OperatingSystem.IsWindows() ? "henge.exe" : "henge");

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>The line that says it is ready.</summary>
    public string ReadyLine { get; private set; } = "";

    /// <summary>Whether it still runs.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>All of its standard output so far.</summary>
    public string Output => Text(_out);

    /// <summary>All of its standard error so far.</summary>
    public string Errors => Text(_error);

    /// <summary>Starts a node on port 0 and waits for its ready line.</summary>
    public static Task<HengeProcess> StartAsync(params string[] options) =>
        StartAsync(new Dictionary<string, string>(), ["--port", "0", "--log-level", "warning", .. options]);

    /// <summary>Starts the command with exactly these arguments and waits for its ready line.</summary>
    public static async Task<HengeProcess> StartAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        HengeProcess started = new(arguments, environment);
        try
        {
            started.ReadyLine = await started._firstLine.Task.WaitAsync(_startLimit);
            started.EndPoint = IPEndPoint.Parse(Address().Match(started.ReadyLine).Value);
            return started;
        }
        catch (Exception error) when (error is InvalidOperationException or TimeoutException or FormatException)
        {
            string text = $"{error.Message}\n{started.Output}{started.Errors}";
            await started.DisposeAsync();
            throw new InvalidOperationException(text, error);
        }
    }

    /// <summary>Runs the command to its end.</summary>
    /// <returns>Its exit code and what it wrote to standard output and standard error.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using HengeProcess run = new(arguments, []);
        int code = await run.EndAsync();
        return (code, run.Output, run.Errors);
    }

    /// <summary>Opens a connection to it.</summary>
    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(EndPoint);

    /// <summary>Resident memory in bytes, as the kernel counts it (Linux).</summary>
    public long ResidentBytes()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:"));
        string kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>Whether it has loaded an assembly whose file name begins so (Linux).</summary>
    public bool HasLoaded(string assembly) => File.ReadAllText($"/proc/{_process.Id}/maps")
        .Contains('/' + assembly, StringComparison.Ordinal);

    /// <summary>Open file descriptors (Linux).</summary>
    public int OpenFiles() => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    /// <summary>Its arguments, as every process of the machine can read them (Linux).</summary>
    public Task<string> CommandLineAsync() => File.ReadAllTextAsync($"/proc/{_process.Id}/cmdline");

    /// <summary>Sends SIGTERM.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Sends a signal by its name without SIG.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself, and for the last of its output.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(_startLimit);
        return _process.ExitCode;
    }

    /// <summary>Kills it if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private void Keep(List<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (lines)
        {
            lines.Add(line);
        }
        if (ReferenceEquals(lines, _out))
        {
            _firstLine.TrySetResult(line);
        }
    }

    private static string Text(List<string> lines)
    {
        lock (lines)
        {
            return string.Concat(lines.Select(l => l + "\n"));
        }
    }

    private static string Configuration => AppContext.BaseDirectory.Contains("Debug") ? "Debug" : "Release";

    [GeneratedRegex(@"(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):\d+")]
    private static partial Regex Address();
}
