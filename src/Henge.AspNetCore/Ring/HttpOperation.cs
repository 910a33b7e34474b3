using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Peers;
using Henge.Sessions.Pending;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Ring;

/// <summary>
/// A request on one key that the owner of the key carries out, with the same routes as it would its own. On the wire,
/// behind the kind: <c>u8 flags | u32 length, key</c> and the request (<see cref="HttpMessages"/>).
/// </summary>
internal sealed class HttpOperation : Operation
{
    private const byte WritesFlag = 1;

    private readonly HttpApi _owner;
    private readonly byte[] _key;
    private readonly byte[] _request;
    private readonly Slot _slot;
    private readonly bool _writes;
    private readonly IReplyTarget? _target;
    private byte[] _reply = [];

    /// <summary>An operation.</summary>
    /// <param name="owner">The routes that carry requests out here.</param>
    /// <param name="key">The key.</param>
    /// <param name="writes">Whether it may change something.</param>
    /// <param name="request">The request.</param>
    /// <param name="target">Who waits for the reply; null for another node's.</param>
    public HttpOperation(HttpApi owner, byte[] key, bool writes, byte[] request, IReplyTarget? target)
    {
        _owner = owner;
        _key = key;
        _slot = Slot.Of(key);
        _writes = writes;
        _request = request;
        _target = target;
    }

    /// <inheritdoc/>
    public override int KeyCount => 1;

    /// <inheritdoc/>
    public override bool Writes => _writes;

    /// <summary>Reads what another node sent; null when it makes no sense.</summary>
    public static HttpOperation? Read(HttpApi owner, ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        bool writes = (reader.Byte() & WritesFlag) != 0;
        byte[] key = reader.Bytes().ToArray();
        return reader.Failed ? null : new HttpOperation(owner, key, writes, reader.Rest.ToArray(), target: null);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> KeyAt(int index) => _key;

    /// <inheritdoc/>
    public override Slot SlotAt(int index) => _slot;

    /// <inheritdoc/>
    public override void Execute(Instant now)
    {
        var reader = new MessageReader(_request);
        var writer = new MessageWriter();
        if (HttpMessages.ReadRequest(ref reader) is not { } context)
        {
            context = new DefaultHttpContext();
            context.Response.Body = new MemoryStream();
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
        else
        {
            Task answered = _owner.HandleAsync(context);
            Task sent = answered.IsCompletedSuccessfully ? context.Response.CompleteAsync() : answered;
            if (!sent.IsCompletedSuccessfully)
            {
                // Everything is in memory, so nothing waits; what failed has been logged by the routes.
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
        HttpMessages.WriteReply(writer, context);
        _reply = writer.Written.ToArray();
    }

    /// <inheritdoc/>
    public override void WriteTo(MessageWriter writer)
    {
        writer.Byte((byte)RequestKind.Http);
        writer.Byte(_writes ? WritesFlag : (byte)0);
        writer.Bytes(_key);
        writer.Raw(_request);
    }

    /// <inheritdoc/>
    public override void WriteReplyTo(MessageWriter writer) => writer.Raw(_reply);

    /// <inheritdoc/>
    public override void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply) =>
        _target?.Complete(0, outcome, outcome != Outcome.Done ? default : wasRemote ? reply : _reply);
}
