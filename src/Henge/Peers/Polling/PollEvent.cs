namespace Henge.Peers.Polling;

/// <summary>A socket that can go on.</summary>
/// <param name="Owner">Whose socket it is, as it was given.</param>
/// <param name="CanRead">Whether there is something to read, an end or an error included.</param>
/// <param name="CanWrite">Whether there is room to write, or an error.</param>
internal readonly record struct PollEvent(object Owner, bool CanRead, bool CanWrite);
