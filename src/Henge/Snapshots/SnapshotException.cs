namespace Henge.Snapshots;

/// <summary>A snapshot that is not read: its message says why, ready to follow "it is not read, since".</summary>
internal sealed class SnapshotException(string message) : Exception(message);
