using System.Net.Sockets;

namespace Henge.Transport.Sockets;

/// <summary>Waits for input without a buffer, so that a connection that is silent holds none.</summary>
internal static class SocketInput
{
    /// <summary>Waits until a read would not have to: there is input, or its end.</summary>
    /// <remarks>
    /// A read of no bytes that ends does not prove it: measured over loopback on Linux with sixteen busy connections,
    /// 4 of 1,000 ended with nothing there, and a read with a buffer would then have held it until the client spoke
    /// again. So the socket is asked as well.
    /// </remarks>
    /// <param name="stream">What is read.</param>
    /// <param name="plain">The socket when its bytes are those of the stream; null when TLS is between, which reads
    /// ahead into buffers of its own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask WaitAsync(Stream stream, Socket? plain, CancellationToken cancellationToken)
    {
        do
        {
            await stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        }
        while (plain is not null && !plain.Poll(0, SelectMode.SelectRead));
    }
}
