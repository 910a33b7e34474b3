namespace Henge.Server.CommandLine;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Asked, and the answer is no: a missing key, a node that cannot be reached, an error reply.</summary>
    public const int Failed = 1;

    /// <summary>A usage or configuration error; nothing was done.</summary>
    public const int Usage = 2;
}
