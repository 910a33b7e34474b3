using Henge.Protocol;
using Henge.PubSub;
using Henge.Security;
using Henge.Sessions;

namespace Henge.Commands.PubSub;

/// <summary>
/// Subscribing and unsubscribing. Each channel gets a confirmation of its own, which stands where the reply would: a
/// message never comes before the confirmation of its subscription nor after the one that ends it.
/// </summary>
internal static class SubscriptionCommands
{
    private const CommandFlags Flags = CommandFlags.PubSub | CommandFlags.WhileSubscribed;

    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "SUBSCRIBE", Arity = -2, Handler = Subscribe, Flags = Flags, Group = "pubsub", Since = "2.0.0",
            Reach = KeyReach.Channels,
            Summary = "Listens for messages published to channels.",
        },
        new()
        {
            Name = "UNSUBSCRIBE", Arity = -1, Handler = Unsubscribe, Flags = Flags, Group = "pubsub", Since = "2.0.0",
            Reach = KeyReach.Nothing,
            Summary = "Stops listening to messages posted to channels.",
        },
        new()
        {
            Name = "PSUBSCRIBE", Arity = -2, Handler = PSubscribe, Flags = Flags, Group = "pubsub", Since = "2.0.0",
            Reach = KeyReach.ChannelPatterns,
            Summary = "Listens for messages published to channels that match one or more patterns.",
        },
        new()
        {
            Name = "PUNSUBSCRIBE", Arity = -1, Handler = PUnsubscribe, Flags = Flags, Group = "pubsub", Since = "2.0.0",
            Reach = KeyReach.Nothing,
            Summary = "Stops listening to messages published to channels that match one or more patterns.",
        },
        new()
        {
            Name = "SSUBSCRIBE", Arity = -2, Handler = SSubscribe, Flags = Flags, Group = "pubsub", Since = "7.0.0",
            FirstKey = 1, LastKey = -1, KeyStep = 1, StaysHere = true,
            Summary = "Listens for messages published to shard channels.",
        },
        new()
        {
            Name = "SUNSUBSCRIBE", Arity = -1, Handler = SUnsubscribe, Flags = Flags, Group = "pubsub", Since = "7.0.0",
            FirstKey = 1, LastKey = -1, KeyStep = 1, StaysHere = true,
            Summary = "Stops listening to messages posted to shard channels.",
        },
    ];

    /// <summary>SUBSCRIBE channel [channel …]</summary>
    public static void Subscribe(ref CommandContext context) => Add(ref context, ChannelKind.Channel, "subscribe"u8);

    /// <summary>PSUBSCRIBE pattern [pattern …]</summary>
    public static void PSubscribe(ref CommandContext context) => Add(ref context, ChannelKind.Pattern, "psubscribe"u8);

    /// <summary>SSUBSCRIBE shardchannel [shardchannel …]</summary>
    public static void SSubscribe(ref CommandContext context) =>
        Add(ref context, ChannelKind.ShardChannel, "ssubscribe"u8);

    /// <summary>UNSUBSCRIBE [channel …]; without one, from all.</summary>
    public static void Unsubscribe(ref CommandContext context) =>
        Remove(ref context, ChannelKind.Channel, "unsubscribe"u8);

    /// <summary>PUNSUBSCRIBE [pattern …]; without one, from all.</summary>
    public static void PUnsubscribe(ref CommandContext context) =>
        Remove(ref context, ChannelKind.Pattern, "punsubscribe"u8);

    /// <summary>SUNSUBSCRIBE [shardchannel …]; without one, from all.</summary>
    public static void SUnsubscribe(ref CommandContext context) =>
        Remove(ref context, ChannelKind.ShardChannel, "sunsubscribe"u8);

    private static void Add(ref CommandContext context, ChannelKind kind, ReadOnlySpan<byte> verb)
    {
        RespSession session = context.Session;
        Subscriber subscriber = session.Subscriber ??= new Subscriber(session);
        CommandArguments words = context.Arguments;
        for (int i = 1; i < words.Count; i++)
        {
            switch (context.Node.PubSub.Subscribe(subscriber, kind, words[i]))
            {
                case SubscribeResult.Ok:
                    Confirm(context.Reply, verb, words[i], subscriber.ConfirmedCount(kind));
                    break;
                case SubscribeResult.TooMany:
                    context.Reply.Error("ERR max number of subscriptions of one connection reached"u8);
                    break;
                default:
                    context.Reply.Error("OOM subscriptions of all connections take the memory that they may take"u8);
                    break;
            }
        }
    }

    private static void Remove(ref CommandContext context, ChannelKind kind, ReadOnlySpan<byte> verb)
    {
        RespSession session = context.Session;
        Subscriber subscriber = session.Subscriber ??= new Subscriber(session);
        CommandArguments words = context.Arguments;
        PubSubHub hub = context.Node.PubSub;
        if (words.Count > 1)
        {
            for (int i = 1; i < words.Count; i++)
            {
                hub.Unsubscribe(subscriber, kind, words[i]);
                TakePushed(session, context.Reply);
                Confirm(context.Reply, verb, words[i], subscriber.ConfirmedCount(kind));
            }
            return;
        }
        byte[][] names = hub.NamesOf(subscriber, kind);
        foreach (byte[] name in names)
        {
            hub.Unsubscribe(subscriber, kind, name);
            TakePushed(session, context.Reply);
            Confirm(context.Reply, verb, name, subscriber.ConfirmedCount(kind));
        }
        if (names.Length == 0)
        {
            context.Reply.Push(3);
            context.Reply.Bulk(verb);
            context.Reply.Null();
            context.Reply.Integer(subscriber.ConfirmedCount(kind));
        }
    }

    /// <summary>Messages that came before go out before; but nothing may stand inside the reply of EXEC.</summary>
    private static void TakePushed(RespSession session, RespWriter reply)
    {
        if (!session.Transaction.IsActive)
        {
            session.Connection.TakePushed(reply);
        }
    }

    private static void Confirm(RespWriter reply, ReadOnlySpan<byte> verb, ReadOnlySpan<byte> name, int count)
    {
        reply.Push(3);
        reply.Bulk(verb);
        reply.Bulk(name);
        reply.Integer(count);
    }
}
