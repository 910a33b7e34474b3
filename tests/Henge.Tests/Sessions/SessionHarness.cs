using System.Text;

using Henge.Protocol;
using Henge.Sessions;

namespace Henge.Tests.Sessions;

/// <summary>
/// A session fed by hand: bytes in, bytes out, as a transport would do it. Text is Latin-1, so bytes survive.
/// </summary>
internal sealed class SessionHarness : IDisposable
{
    /// <summary>
    /// For nodes whose charged bytes are compared: on a busy machine any command may take 10 ms, and what the slow log
    /// then keeps is charged.
    /// </summary>
    public const int NoSlowLog = -1;

    private readonly RespWriter _reply = new();
    private readonly bool _ownsNode;
    private byte[] _waiting = [];

    public SessionHarness(HengeOptions? options = null, RecordingConnection? connection = null)
        : this(new HengeNode(options ?? SmallNode()), connection)
    {
        _ownsNode = true;
    }

    public SessionHarness(HengeNode node, RecordingConnection? connection = null)
    {
        Node = node;
        Connection = connection ?? new RecordingConnection();
        Session = new RespSession(node, Connection, node.Clients.NextId());
        node.Clients.Add(Session);
    }

    public HengeNode Node { get; }

    public RecordingConnection Connection { get; }

    public RespSession Session { get; }

    public long NowMs { get; set; } = 1_700_000_000_000;

    /// <summary>Bytes that were received and not yet consumed.</summary>
    public int Waiting => _waiting.Length;

    public static HengeOptions SmallNode() =>
        new() { Memory = 64 << 20, Shards = 1, SlowLogMicroseconds = NoSlowLog };

    /// <summary>One command as an array of bulk strings.</summary>
    public static string Array(params string[] words)
    {
        var text = new StringBuilder().Append('*').Append(words.Length).Append("\r\n");
        foreach (string word in words)
        {
            text.Append('$').Append(word.Length).Append("\r\n").Append(word).Append("\r\n");
        }
        return text.ToString();
    }

    /// <summary>Receives a piece and returns the replies to what is complete by then.</summary>
    public string Receive(string piece) => Receive(Encoding.Latin1.GetBytes(piece));

    public string Receive(byte[] piece)
    {
        _waiting = [.. _waiting, .. piece];
        int consumed = Session.Consume(_waiting, _reply, NowMs);
        _waiting = _waiting[consumed..];
        string text = Encoding.Latin1.GetString(_reply.Written);
        _reply.Clear();
        return text;
    }

    /// <summary>Receives in pieces of a size; returns all replies.</summary>
    public string ReceiveInPieces(string input, int size)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(input);
        var replies = new StringBuilder();
        for (int at = 0; at < bytes.Length; at += size)
        {
            replies.Append(Receive(bytes[at..Math.Min(bytes.Length, at + size)]));
        }
        return replies.ToString();
    }

    /// <summary>Sends one command and returns its reply.</summary>
    public string Call(params string[] words) => Receive(Array(words));

    public void Dispose()
    {
        Session.Dispose();
        if (_ownsNode)
        {
            Node.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
