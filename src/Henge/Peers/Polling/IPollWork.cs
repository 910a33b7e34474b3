namespace Henge.Peers.Polling;

/// <summary>What a <see cref="PollThread"/> does.</summary>
internal interface IPollWork
{
    /// <summary>Longest sleep before the next turn, in milliseconds.</summary>
    int SleepMs();

    /// <summary>
    /// One turn: deals with sockets that are ready, runs what was posted (<see cref="PollThread.RunPosted"/>), and does
    /// what is due.
    /// </summary>
    void Turn(IReadOnlyList<PollEvent> ready);

    /// <summary>The last call, when the thread ends.</summary>
    void End();
}
