using System.Net;
using System.Net.Sockets;
using System.Text;

using Henge.Transport.Epoll;

namespace Henge.Benchmarks;

/// <summary>
/// The floor: one thread, one epoll, canned replies and no store. What it reaches is what this machine, its kernel and
/// the load generator allow; a node is measured against it. It takes whole commands of two (GET) or three words (SET),
/// as the load generator sends them, and answers nothing else.
/// </summary>
internal static unsafe class FloorServer
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Serves on 127.0.0.1 until the process is ended. Arguments: port, bytes of a value.</summary>
    public static void Run(string[] arguments)
    {
        int port = int.Parse(arguments[0]);
        int size = int.Parse(arguments[1]);
        byte[] hit = Encoding.ASCII.GetBytes($"${size}\r\n{new string('x', size)}\r\n");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(511);
        using var queue = new EpollQueue(512);
        int listening = (int)listener.Handle;
        queue.TryControl(Libc.Add, listening, Libc.In, listening);
        byte[] input = GC.AllocateArray<byte>(BufferBytes, pinned: true);
        byte[] output = GC.AllocateArray<byte>(BufferBytes, pinned: true);
        var tails = new Dictionary<int, byte[]>();
        while (true)
        {
            int ready = queue.Wait(1000);
            for (int i = 0; i < ready; i++)
            {
                queue.Event(i, out long key);
                if (key == listening)
                {
                    int accepted = Libc.Accept(listening, null, null, Libc.NonBlocking | Libc.CloseOnExec);
                    queue.TryControl(Libc.Add, accepted, Libc.In, accepted);
                }
                else
                {
                    Serve((int)key, input, output, hit, tails);
                }
            }
        }
    }

    private static void Serve(int socket, byte[] input, byte[] output, byte[] hit, Dictionary<int, byte[]> tails)
    {
        int held = 0;
        if (tails.Remove(socket, out byte[]? tail))
        {
            tail.CopyTo(input, 0);
            held = tail.Length;
        }
        nint count;
        fixed (byte* at = input)
        {
            count = Libc.Receive(socket, at + held, BufferBytes - held, Libc.DontWait);
        }
        if (count <= 0)
        {
            _ = Libc.Close(socket);
            return;
        }
        ReadOnlySpan<byte> rest = input.AsSpan(0, held + (int)count);
        int length = 0;
        while (TryTake(ref rest, out bool isGet))
        {
            ReadOnlySpan<byte> reply = isGet ? hit : "+OK\r\n"u8;
            reply.CopyTo(output.AsSpan(length));
            length += reply.Length;
        }
        if (rest.Length > 0)
        {
            tails[socket] = rest.ToArray();
        }
        fixed (byte* at = output)
        {
            Libc.Send(socket, at, length, Libc.NoSignal);
        }
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out bool isGet)
    {
        isGet = false;
        if (rest.Length < 8)
        {
            return false;
        }
        int words = rest[1] - '0';
        isGet = words == 2;
        int at = 4;
        for (int word = 0; word < words; word++)
        {
            int length = 0;
            for (at++; at < rest.Length && rest[at] != '\r'; at++)
            {
                length = length * 10 + rest[at] - '0';
            }
            at += 2 + length + 2;
            if (at > rest.Length)
            {
                return false;
            }
        }
        rest = rest[at..];
        return true;
    }
}
