using System.Security.Cryptography;

namespace Henge.Protocol.Peers.Hellos;

/// <summary>
/// One side of the hello by which a link begins, without I/O: whole messages in, messages out.
/// <code>
/// dialler                                acceptor
///   Hello(who I am, nonce)        ->
///                                 &lt;-     Answer(who I am, nonce)       or Refused(why)
///   Proof(hmac of both)           ->     tries each of its secrets
///                                 &lt;-     Welcome(hmac of both)         with the secret that fitted
/// </code>
/// The dialler proves first, with the first of its secrets, so that a stranger who dials learns no hash of ours. Both
/// proofs cover everything that both have said (<see cref="LinkKeys"/>). Without a secret proofs are empty.
/// </summary>
internal sealed class Handshake
{
    private readonly LinkSide _side;
    private readonly Hello _own;
    private readonly byte[] _ownMessage;
    private readonly IReadOnlyList<byte[]> _secrets;
    private readonly byte[] _binding;
    private byte[] _transcript = [];
    private byte[]? _secret;

    /// <summary>Begins; the dialler has something to send at once.</summary>
    /// <param name="side">Which side this is.</param>
    /// <param name="own">How this node describes itself, with a nonce of its own for this hello.</param>
    /// <param name="secrets">The secrets of this node; the first is the one it uses by itself.</param>
    /// <param name="binding">A hash of the acceptor's certificate; null where there is no TLS.</param>
    public Handshake(LinkSide side, Hello own, IReadOnlyList<byte[]> secrets, byte[]? binding = null)
    {
        _binding = binding ?? [];
        _side = side;
        _own = own;
        _secrets = secrets;
        HelloKind kind = side == LinkSide.Dialler ? HelloKind.Hello : HelloKind.Answer;
        _ownMessage = HelloMessage.Of(kind, HelloCodec.Write(own));
        if (side == LinkSide.Dialler)
        {
            _secret = secrets.Count > 0 ? secrets[0] : null;
            Output = _ownMessage;
        }
    }

    /// <summary>How far it has come.</summary>
    public HandshakeStatus Status { get; private set; }

    /// <summary>Why there is no link.</summary>
    public Refusal Refusal { get; private set; }

    /// <summary>Whether the other side refused, not this one.</summary>
    public bool IsRefusedByPeer { get; private set; }

    /// <summary>The other side as it describes itself; to be believed once the hello is done.</summary>
    public Hello? Peer { get; private set; }

    /// <summary>The wire version of the link, once it is done.</summary>
    public byte Wire { get; private set; }

    /// <summary>What is to be sent now; empty for nothing. Replaced by every call.</summary>
    public byte[] Output { get; private set; } = [];

    /// <summary>Takes one whole message of the other side.</summary>
    public void Receive(ReadOnlySpan<byte> message)
    {
        Output = [];
        if (Status != HandshakeStatus.Waiting || HelloMessage.Missing(message) != 0
            || message.Length < HelloMessage.HeaderBytes)
        {
            Refuse(Refusal.Malformed);
            return;
        }
        ReadOnlySpan<byte> body = message[HelloMessage.HeaderBytes..];
        switch ((HelloKind)message[4], _side)
        {
            case (HelloKind.Refused, _):
                Status = HandshakeStatus.Refused;
                IsRefusedByPeer = true;
                Refusal = body.IsEmpty || body[0] == 0 ? Refusal.Malformed : (Refusal)body[0];
                break;
            case (HelloKind.Hello, LinkSide.Acceptor) when Peer is null:
                MeetDialler(message, body);
                break;
            case (HelloKind.Answer, LinkSide.Dialler) when Peer is null:
                MeetAcceptor(message, body);
                break;
            case (HelloKind.Proof, LinkSide.Acceptor) when Peer is not null:
                JudgeDialler(body);
                break;
            case (HelloKind.Welcome, LinkSide.Dialler) when Peer is not null:
                JudgeAcceptor(body);
                break;
            default:
                Refuse(Refusal.Malformed);
                break;
        }
    }

    /// <summary>Ends it from this side.</summary>
    public void Refuse(Refusal why)
    {
        Status = HandshakeStatus.Refused;
        Refusal = why;
        Output = HelloMessage.Of(HelloKind.Refused, [(byte)why]);
    }

    /// <summary>Makes the seal of the frames that this node, or the other, sends over the link.</summary>
    public FrameSeal SealFor(bool sending)
    {
        LinkSide sender = sending == (_side == LinkSide.Dialler) ? LinkSide.Dialler : LinkSide.Acceptor;
        if (_secret is null)
        {
            return new FrameSeal(sender);
        }
        FrameCheck check = Wire >= WireVersions.WithGmac ? FrameCheck.Gmac : FrameCheck.Hmac;
        return new FrameSeal(sender, check, LinkKeys.Frames(_secret, check, sender, _transcript));
    }

    private void MeetDialler(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        Peer = HelloCodec.Read(body);
        Refusal why = Judge(Peer);
        if (why != Refusal.None)
        {
            Refuse(why);
            return;
        }
        _transcript = LinkKeys.Transcript(message, _ownMessage, _binding);
        Output = _ownMessage;
    }

    private void MeetAcceptor(ReadOnlySpan<byte> message, ReadOnlySpan<byte> body)
    {
        Peer = HelloCodec.Read(body);
        Refusal why = Judge(Peer);
        if (why != Refusal.None)
        {
            Refuse(why);
            return;
        }
        _transcript = LinkKeys.Transcript(_ownMessage, message, _binding);
        Output = HelloMessage.Of(
            HelloKind.Proof, _secret is null ? [] : LinkKeys.Proof(_secret, LinkSide.Dialler, _transcript));
    }

    private void JudgeDialler(ReadOnlySpan<byte> proof)
    {
        if (_secrets.Count == 0)
        {
            Finish(proof.IsEmpty, HelloMessage.Of(HelloKind.Welcome, []));
            return;
        }
        foreach (byte[] secret in _secrets)
        {
            if (CryptographicOperations.FixedTimeEquals(LinkKeys.Proof(secret, LinkSide.Dialler, _transcript), proof))
            {
                _secret = secret;
            }
        }
        byte[] own = _secret is null ? [] : LinkKeys.Proof(_secret, LinkSide.Acceptor, _transcript);
        Finish(_secret is not null, HelloMessage.Of(HelloKind.Welcome, own));
    }

    private void JudgeAcceptor(ReadOnlySpan<byte> proof) => Finish(
        _secret is null
            ? proof.IsEmpty
            : CryptographicOperations.FixedTimeEquals(
                LinkKeys.Proof(_secret, LinkSide.Acceptor, _transcript), proof),
        []);

    private void Finish(bool isProven, byte[] output)
    {
        if (!isProven)
        {
            Refuse(Refusal.WrongSecret);
            return;
        }
        Status = HandshakeStatus.Done;
        Wire = Math.Min(_own.MaxWire, Peer!.MaxWire);
        Output = output;
    }

    private Refusal Judge(Hello? peer)
    {
        if (peer is null)
        {
            return Refusal.Malformed;
        }
        if (peer.Cluster != _own.Cluster)
        {
            return Refusal.WrongCluster;
        }
        if (Math.Max(peer.MinWire, _own.MinWire) > Math.Min(peer.MaxWire, _own.MaxWire))
        {
            return Refusal.NoCommonWire;
        }
        if (peer.Ring != _own.Ring)
        {
            return Refusal.OtherRing;
        }
        if (peer.Node == _own.Node)
        {
            return peer.Boot == _own.Boot ? Refusal.Self : Refusal.SameIdentity;
        }
        if (peer.Copies != _own.Copies)
        {
            return Refusal.OtherCopies;
        }
        bool isDialler = _side == LinkSide.Dialler;
        return peer.HasSecret == _own.HasSecret ? Refusal.None
            : peer.HasSecret == isDialler ? Refusal.SecretNeeded
            : Refusal.SecretUnknown;
    }
}
