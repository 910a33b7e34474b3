using Henge.PubSub;
using Henge.Routing;
using Henge.Security;

namespace Henge.Commands.PubSub;

/// <summary>Publishing, and looking at who listens.</summary>
internal static class PublishCommands
{
    /// <summary>The rows of the command table.</summary>
    public static Command[] Commands =>
    [
        new()
        {
            Name = "PUBLISH", Arity = 3, Handler = Publish, Flags = CommandFlags.PubSub | CommandFlags.Fast,
            OverRing = RingPublishing.Publish,
            Needs = Role.Write, Reach = KeyReach.Channel,
            Group = "pubsub", Since = "2.0.0", Summary = "Posts a message to a channel.",
        },
        new()
        {
            Name = "SPUBLISH", Arity = 3, Handler = SPublish, Flags = CommandFlags.PubSub | CommandFlags.Fast,
            FirstKey = 1, LastKey = 1, KeyStep = 1, OverRing = RingPublishing.SPublish,
            Needs = Role.Write,
            Group = "pubsub", Since = "7.0.0", Summary = "Posts a message to a shard channel",
        },
        new()
        {
            Name = "PUBSUB", Arity = -2, Handler = Subcommands.Unknown, Group = "pubsub", Since = "2.8.0",
            Summary = "A container for Pub/Sub commands.", Subcommands = Rows,
        },
    ];

    private static Command[] Rows =>
    [
        Row("CHANNELS", -2, Channels, "2.8.0", "Returns the active channels.", RingPublishing.Channels),
        Row("HELP", 2, Help, "6.2.0", "Returns helpful text about the different subcommands."),
        Row("NUMPAT", 2, NumPat, "2.8.0", "Returns a count of unique pattern subscriptions.", RingPublishing.Patterns),
        Row("NUMSUB", -2, NumSub, "2.8.0", "Returns a count of subscribers to channels.",
            RingPublishing.Subscribers),
        Row("SHARDCHANNELS", -2, ShardChannels, "7.0.0", "Returns the active shard channels.",
            RingPublishing.ShardChannels),
        Row("SHARDNUMSUB", -2, ShardNumSub, "7.0.0", "Returns the count of subscribers of shard channels.",
            RingPublishing.ShardSubscribers),
    ];

    /// <summary>PUBLISH channel message</summary>
    public static void Publish(ref CommandContext context) =>
        context.Reply.Integer(context.Node.PubSub.Publish(context.Arguments[1], context.Arguments[2]));

    /// <summary>SPUBLISH shardchannel message</summary>
    public static void SPublish(ref CommandContext context) =>
        context.Reply.Integer(context.Node.PubSub.PublishToShard(context.Arguments[1], context.Arguments[2]));

    /// <summary>PUBSUB CHANNELS [pattern]</summary>
    public static void Channels(ref CommandContext context) => List(ref context, ChannelKind.Channel);

    /// <summary>PUBSUB SHARDCHANNELS [pattern]</summary>
    public static void ShardChannels(ref CommandContext context) => List(ref context, ChannelKind.ShardChannel);

    /// <summary>PUBSUB NUMSUB [channel …]</summary>
    public static void NumSub(ref CommandContext context) => Count(ref context, ChannelKind.Channel);

    /// <summary>PUBSUB SHARDNUMSUB [shardchannel …]</summary>
    public static void ShardNumSub(ref CommandContext context) => Count(ref context, ChannelKind.ShardChannel);

    /// <summary>PUBSUB NUMPAT</summary>
    public static void NumPat(ref CommandContext context) =>
        context.Reply.Integer(context.Node.PubSub.Channels(ChannelKind.Pattern).Length);

    /// <summary>PUBSUB HELP</summary>
    public static void Help(ref CommandContext context) => Subcommands.Help(ref context,
    [
        "CHANNELS [<pattern>]", "    Return the currently active channels matching a <pattern> (default: '*').",
        "NUMPAT", "    Return number of subscriptions to patterns.",
        "NUMSUB [<channel> ...]",
        "    Return the number of subscribers for the specified channels, excluding",
        "    pattern subscriptions(default: no channels).",
        "SHARDCHANNELS [<pattern>]",
        "    Return the currently active shard level channels matching a <pattern> (default: '*').",
        "SHARDNUMSUB [<shardchannel> ...]",
        "    Return the number of subscribers for the specified shard level channel(s)",
    ]);

    private static void List(ref CommandContext context, ChannelKind kind)
    {
        CommandArguments words = context.Arguments;
        if (words.Count > 3)
        {
            Subcommands.WrongArity(ref context);
            return;
        }
        WriteNames(ref context, kind, words.Count == 3 ? words[2] : "*"u8);
    }

    /// <summary>CHANNELS kind pattern: the names that have subscribers on this node, for another.</summary>
    public static void NamesOfRing(ref CommandContext context) =>
        WriteNames(ref context, KindOf(context.Arguments[1]), context.Arguments[2]);

    /// <summary>SUBSCRIBERS kind [name …]: their numbers on this node, for another.</summary>
    public static void CountsOfRing(ref CommandContext context)
    {
        ChannelKind kind = KindOf(context.Arguments[1]);
        context.Reply.Array(context.Arguments.Count - 2);
        for (int i = 2; i < context.Arguments.Count; i++)
        {
            context.Reply.Integer(context.Node.PubSub.SubscriberCount(kind, context.Arguments[i]));
        }
    }

    private static ChannelKind KindOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("S"u8) ? ChannelKind.ShardChannel : ChannelKind.Channel;

    private static void WriteNames(ref CommandContext context, ChannelKind kind, ReadOnlySpan<byte> pattern)
    {
        var names = new List<byte[]>();
        foreach (Channel channel in context.Node.PubSub.Channels(kind))
        {
            if (Glob.Matches(pattern, channel.Name))
            {
                names.Add(channel.Name);
            }
        }
        context.Reply.Array(names.Count);
        foreach (byte[] name in names)
        {
            context.Reply.Bulk(name);
        }
    }

    private static void Count(ref CommandContext context, ChannelKind kind)
    {
        CommandArguments words = context.Arguments;
        context.Reply.Array((words.Count - 2) * 2);
        for (int i = 2; i < words.Count; i++)
        {
            context.Reply.Bulk(words[i]);
            context.Reply.Integer(context.Node.PubSub.SubscriberCount(kind, words[i]));
        }
    }

    private static Command Row(
        string name, int arity, CommandHandler handler, string since, string summary, RoutedHandler? overRing = null) =>
        new()
        {
            Name = "PUBSUB|" + name,
            Arity = arity,
            Handler = handler,
            Flags = CommandFlags.PubSub,
            Group = "pubsub",
            Since = since,
            Summary = summary,
            OverRing = overRing,
        };
}
