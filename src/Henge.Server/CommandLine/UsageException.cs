namespace Henge.Server.CommandLine;

/// <summary>
/// The command line, the environment, a configuration file or the machine does not allow what was asked. The message
/// is one line that says what is wrong and how to mend it; the process prints it and ends with <see
/// cref="ExitCode.Usage"/>.
/// </summary>
internal sealed class UsageException(string message) : Exception(message);
