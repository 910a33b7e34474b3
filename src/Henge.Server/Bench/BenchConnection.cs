using Henge.Server.Client;

namespace Henge.Server.Bench;

/// <summary>One connection of a load worker: blocking, with at most one batch in flight.</summary>
internal sealed class BenchConnection(ClientChannel channel) : IDisposable
{
    private readonly byte[] _input = new byte[64 * 1024];
    private int _kept;

    /// <summary>The replies it got.</summary>
    public ReplyCounter Replies { get; } = new();

    /// <summary>Commands sent whose replies are not in.</summary>
    public int InFlight { get; private set; }

    /// <summary>When the batch in flight was sent, or was due under a fixed rate (Stopwatch ticks).</summary>
    public long Since { get; private set; }

    /// <summary>Sends a batch.</summary>
    public void Send(ReadOnlySpan<byte> batch, int commands, long since)
    {
        InFlight = commands;
        Since = since;
        channel.Send(batch);
    }

    /// <summary>Waits for bytes, and returns how many commands they answered (0: not one in whole).</summary>
    /// <exception cref="RequestFailedException">The server closed the connection.</exception>
    public int Receive()
    {
        int read = channel.Receive(_input.AsSpan(_kept));
        if (read == 0)
        {
            throw new RequestFailedException("the server closed a connection");
        }
        long before = Replies.Replies;
        int length = _kept + read;
        int used = Replies.Read(_input.AsSpan(0, length));
        _input.AsSpan(used, length - used).CopyTo(_input);
        _kept = length - used;
        if (_kept == _input.Length)
        {
            throw new InvalidDataException("the server's reply has no end");
        }
        int answered = (int)(Replies.Replies - before);
        InFlight -= answered;
        return answered;
    }

    /// <summary>
    /// True when bytes are there within the time; below a millisecond it looks once and does not wait.
    /// </summary>
    public bool HasInput(TimeSpan wait) => channel.HasInput(wait);

    /// <inheritdoc/>
    public void Dispose() => channel.Dispose();
}
