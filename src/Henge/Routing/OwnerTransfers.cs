using System.Globalization;
using System.Text;

using Henge.Cluster.Lanes;
using Henge.Cluster.Messages;
using Henge.Commands;
using Henge.Routing.Operations;
using Henge.Routing.Parts;
using Henge.Storage;

namespace Henge.Routing;

/// <summary>
/// Commands on two keys of two owners: the entry of one is fetched and goes to the owner of the other. Each step is
/// atomic, the whole is not: who looks in between sees both keys, or what was written to one of them meanwhile.
/// </summary>
internal static class OwnerTransfers
{
    /// <summary>COPY source destination [DB number] [REPLACE]</summary>
    public static Route Copy(ref RoutedCall call)
    {
        bool replaces = false;
        for (int i = 3; i < call.Arguments.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(call.Arguments[i], "REPLACE"u8))
            {
                replaces = true;
            }
            else if (!Ascii.EqualsIgnoreCase(call.Arguments[i], "DB"u8) || i + 1 == call.Arguments.Count)
            {
                return call.Refuse(Errors.Syntax);
            }
            else if (!Numbers.TryParse(call.Arguments[++i], out long database))
            {
                return call.Refuse(Errors.NotInteger);
            }
            else if (database < 0 || database >= call.Node.Options.Databases)
            {
                return call.Refuse(Errors.DatabaseOutOfRange);
            }
        }
        var saved = new SavedCall(ref call);
        byte[] to = saved.Arguments[2].ToArray();
        saved.Ask("TAKE"u8, [saved.Arguments[1].ToArray()], taken =>
        {
            if (Record(taken) is not { } record)
            {
                saved.Finish(static reply => reply.Integer(0));
                return;
            }
            saved.Ask("PUT"u8, [to, record, Mode(!replaces)], put => saved.Finish(Outcome.Done, put));
        });
        return Route.UnderWay;
    }

    /// <summary>RENAME key newkey</summary>
    public static Route Rename(ref RoutedCall call) => Rename(ref call, onlyIfMissing: false);

    /// <summary>RENAMENX key newkey</summary>
    public static Route RenameNx(ref RoutedCall call) => Rename(ref call, onlyIfMissing: true);

    /// <summary>LCS key1 key2 […]: the second string goes to the owner of the first.</summary>
    public static Route Lcs(ref RoutedCall call)
    {
        var saved = new SavedCall(ref call);
        saved.Ask("TAKE"u8, [saved.Arguments[2].ToArray()], taken =>
        {
            byte[] value = [];
            if (Record(taken) is { } record)
            {
                var reader = new MessageReader(record);
                EntryRecord entry = RecordCodec.Read(ref reader);
                if (entry.Type != EntryType.String)
                {
                    saved.Fail("ERR The specified keys must contain string values"u8);
                    return;
                }
                value = entry.Value.ToArray();
            }
            byte[][] words = new byte[saved.Arguments.Count - 1][];
            for (int i = 0; i < words.Length; i++)
            {
                words[i] = i == 1 ? value : saved.Arguments[i + 1].ToArray();
            }
            saved.Ask("LCSWITH"u8, words, solved => saved.Finish(Outcome.Done, solved));
        });
        return Route.UnderWay;
    }

    /// <summary>MSETNX: looks at all keys first, and sets them when none is there.</summary>
    public static Route MSetNx(ref RoutedCall call)
    {
        if (call.Arguments.Count % 2 == 0)
        {
            return Route.Here;
        }
        var saved = new SavedCall(ref call);
        var exists = saved.Resume();
        Start(ref exists, "EXISTS"u8, step: 2, take: 1, saved.Then(found =>
        {
            if (ReplyBytes.Number(found) > 0)
            {
                saved.Finish(static reply => reply.Integer(0));
                return;
            }
            var sets = saved.Resume();
            Start(ref sets, "MSET"u8, step: 1, take: 1, saved.Then(
                _ => saved.Finish(static reply => reply.Integer(1))));
        }));
        return Route.UnderWay;
    }

    private static Route Rename(ref RoutedCall call, bool onlyIfMissing)
    {
        var saved = new SavedCall(ref call);
        byte[] from = saved.Arguments[1].ToArray();
        byte[] to = saved.Arguments[2].ToArray();
        saved.Ask("TAKE"u8, [from], taken =>
        {
            if (Record(taken) is not { } record)
            {
                saved.Fail(Errors.NoSuchKey);
                return;
            }
            var reader = new MessageReader(record);
            byte[] version = Text(RecordCodec.Read(ref reader).Version);
            saved.Ask("PUT"u8, [to, record, Mode(onlyIfMissing)], put =>
            {
                if (ReplyBytes.Number(put) == 0)
                {
                    saved.Finish(static reply => reply.Integer(0));
                    return;
                }
                saved.Ask("DELIF"u8, [from, version], _ => saved.Finish(reply =>
                {
                    if (onlyIfMissing)
                    {
                        reply.Integer(1);
                    }
                    else
                    {
                        reply.Ok();
                    }
                }), Outcome.Unknown);
            });
        });
        return Route.UnderWay;
    }

    /// <summary>Sends another command made of some words of a call, as if a client had.</summary>
    private static void Start(
        ref RoutedCall call, ReadOnlySpan<byte> name, int step, int take, Sessions.Pending.IReplyTarget target)
    {
        var words = new CommandWords(call.Node.Store);
        Command command = call.Node.Commands.Find(name)!;
        words.Begin(command);
        words.Word(name);
        for (int i = take; i < call.Arguments.Count; i += step)
        {
            words.Word(call.Arguments[i]);
        }
        words.End();
        var other = new RoutedCall
        {
            Node = call.Node,
            Lane = call.Lane,
            Command = command,
            Arguments = words.ArgumentsAt(0),
            Manner = call.Manner,
        };
        other.ReplyTo(target, 0);
        Router.Send(ref other);
    }

    private static byte[]? Record(byte[] taken)
    {
        int at = 0;
        ReadOnlySpan<byte> record = ReplyBytes.Bulk(taken, ref at);
        return record.IsEmpty ? null : record.ToArray();
    }

    private static byte[] Mode(bool onlyIfMissing) => onlyIfMissing ? "NX"u8.ToArray() : "XX"u8.ToArray();

    private static byte[] Text(ulong version) =>
        Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture));
}
