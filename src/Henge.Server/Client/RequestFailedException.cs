namespace Henge.Server.Client;

/// <summary>
/// A node could not be reached, went away, or answered with an error. The message is one line; the process prints it
/// and ends with exit code 1.
/// </summary>
internal sealed class RequestFailedException(string message) : Exception(message);
