using Henge.Tests.Sessions;

namespace Henge.Tests.Routing;

/// <summary>A client of one node of a <see cref="TestRing"/>.</summary>
internal sealed class RingClient : IDisposable
{
    private readonly TestRing _ring;
    private readonly SessionHarness _harness;

    public RingClient(TestRing ring, TestNode node)
    {
        _ring = ring;
        _harness = new SessionHarness(node.Node, new RecordingConnection { Lane = node.Lane })
        {
            NowMs = ring.Now.UnixMs,
        };
    }

    public SessionHarness Harness => _harness;

    /// <summary>Sends, and returns what is answered at once.</summary>
    public string Send(string bytes)
    {
        _harness.NowMs = _ring.Now.UnixMs;
        return _harness.Receive(bytes);
    }

    /// <summary>What is answered by now, to what was sent before.</summary>
    public string Take() => Send("");

    /// <summary>Sends, and returns all that is answered once the network is quiet.</summary>
    public string Talk(string bytes)
    {
        string replies = Send(bytes);
        int before;
        do
        {
            _ring.Pump();
            before = replies.Length;
            replies += Take();
        }
        while (replies.Length != before || _ring.Nodes.Any(node => node.HasWork)
            || (_harness.Waiting > 0 && !_harness.Session.IsWaiting && !_harness.Session.IsPaused));
        return replies;
    }

    /// <summary>Sends one command and returns its reply.</summary>
    public string Call(params string[] words) => Talk(SessionHarness.Array(words));

    public void Dispose() => _harness.Dispose();
}
