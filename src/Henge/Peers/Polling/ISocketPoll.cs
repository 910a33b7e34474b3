using System.Net.Sockets;

namespace Henge.Peers.Polling;

/// <summary>
/// Waits for many sockets at once. All sockets are non-blocking; what is ready is reported again until it is dealt
/// with. For one thread, but for <see cref="Wake"/>.
/// </summary>
internal interface ISocketPoll : IDisposable
{
    /// <summary>Watches a socket from now on, or changes what it is watched for.</summary>
    void Watch(Socket socket, object owner, bool reading, bool writing);

    /// <summary>
    /// Watches it no longer. Call it before the socket is closed. Its events of this turn may still come.
    /// </summary>
    void Forget(Socket socket);

    /// <summary>
    /// Says that the thread is about to wait; it must then look once more at what others may have posted.
    /// </summary>
    void AnnounceSleep();

    /// <summary>Waits; the events are valid until the next call.</summary>
    IReadOnlyList<PollEvent> Wait(int timeoutMs);

    /// <summary>Ends the wait that is under way or announced. Safe from any thread.</summary>
    void Wake();
}
