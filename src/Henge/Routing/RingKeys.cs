using System.Buffers.Text;
using System.Globalization;
using System.Text;

using Henge.Cluster.Members;
using Henge.Commands;
using Henge.Routing.Parts;
using Henge.Storage.Indexing;

namespace Henge.Routing;

/// <summary>
/// The key space of the whole ring: each member answers for the slots that it owns, and names keys that it still has of
/// slots on their way to another.
/// </summary>
internal static class RingKeys
{
    /// <summary>DBSIZE</summary>
    public static Route DbSize(ref RoutedCall call) => RingScatter.Start(ref call, "SIZE"u8, [], RingScatter.Sum);

    /// <summary>RANDOMKEY: a member drawn by the number of its keys names one.</summary>
    public static Route RandomKey(ref RoutedCall call) =>
        RingScatter.Start(ref call, "RANDOM"u8, [], static (parts, reply) =>
        {
            long total = 0;
            for (int i = 0; i < parts.Count; i++)
            {
                total += CountOf(parts, i, out _);
            }
            long draw = total > 0 ? Random.Shared.NextInt64(total) : 0;
            for (int i = 0; i < parts.Count; i++)
            {
                long count = CountOf(parts, i, out int at);
                if (draw < count)
                {
                    reply.Bulk(ReplyBytes.Bulk(parts.Reply(i), ref at));
                    return;
                }
                draw -= count;
            }
            reply.Null();
        });

    /// <summary>
    /// KEYS pattern. A key that moves while it is looked for is found where it was or where it went; while slots are
    /// loading, everybody is asked twice, so that it is not missed at both.
    /// </summary>
    public static Route Keys(ref RoutedCall call)
    {
        var saved = new SavedCall(ref call);
        byte[][] pattern = [saved.Arguments[1].ToArray()];
        Ask(saved, pattern, first =>
        {
            int at = 0;
            ReplyBytes.Header(first, ref at);
            if (ReplyBytes.Header(first, ref at) == 0)
            {
                saved.Finish(Cluster.Lanes.Outcome.Done, first.AsSpan(at));
                return;
            }
            Ask(saved, pattern, second => saved.Finish(reply =>
            {
                var keys = new HashSet<byte[]>(new KeyComparer(saved.Lane.Node.Store));
                Collect(first, keys);
                Collect(second, keys);
                reply.Array(keys.Count);
                foreach (byte[] key in keys)
                {
                    reply.Bulk(key);
                }
            }));
        });
        return Route.UnderWay;
    }

    /// <summary>
    /// SCAN cursor […]: one member after the other, each from its own cursor (<see cref="RingCursor"/>).
    /// </summary>
    public static Route Scan(ref RoutedCall call)
    {
        CommandArguments words = call.Arguments;
        if (!Utf8Parser.TryParse(words[1], out ulong number, out int used) || used != words[1].Length)
        {
            return Route.Here;
        }
        IReadOnlyList<Member> members = call.Snapshot.View.Members;
        if (members.Count == 0)
        {
            return call.Refuse("TRYAGAIN No member of the ring is ready"u8);
        }
        var cursor = RingCursor.Of(number, call.Snapshot.View);
        byte[][] asked = new byte[words.Count - 1][];
        asked[0] = Encoding.ASCII.GetBytes(cursor.Local.ToString(CultureInfo.InvariantCulture));
        for (int i = 1; i < asked.Length; i++)
        {
            asked[i] = words[i + 1].ToArray();
        }
        int count = members.Count;
        call.Begin();
        RingScatter.StartAt(ref call, [members[cursor.Place]], "PAGE"u8, asked, (parts, reply) =>
        {
            ReadOnlySpan<byte> page = parts.Reply(0);
            int at = 0;
            ReplyBytes.Header(page, ref at);
            bool isLoading = ReplyBytes.Header(page, ref at) != 0;
            ReadOnlySpan<byte> local = ReplyBytes.Bulk(page, ref at);
            ulong next = Utf8Parser.TryParse(local, out ulong given, out _) ? given : 0;
            reply.Array(2);
            reply.Bulk(cursor.After(next, isLoading, count).Number.ToString(CultureInfo.InvariantCulture));
            reply.Raw(page[at..]);
        });
        return Route.UnderWay;
    }

    /// <summary>
    /// FLUSHALL and FLUSHDB: a version that everything older loses against. Every member that is alive has confirmed it
    /// when this replies; one that is away hears of it before it takes part again.
    /// </summary>
    public static Route Flush(ref RoutedCall call)
    {
        CommandArguments words = call.Arguments;
        if (words.Count > 2
            || (words.Count == 2
                && !Ascii.EqualsIgnoreCase(words[1], "ASYNC"u8) && !Ascii.EqualsIgnoreCase(words[1], "SYNC"u8)))
        {
            return Route.Here;
        }
        // The version must be above those of what is stored now, by whatever clock: each member says how far its is.
        var saved = new SavedCall(ref call);
        RoutedCall clocks = saved.Resume();
        clocks.ReplyTo(saved.Then(highest => Flush(saved, (ulong)ReplyBytes.Number(highest))), 0);
        RingScatter.StartAt(ref clocks, RingScatter.Alive(clocks), "CLOCK"u8, [], static (parts, reply) =>
        {
            long highest = 0;
            for (int i = 0; i < parts.Count; i++)
            {
                highest = Math.Max(highest, ReplyBytes.Number(parts.Reply(i)));
            }
            reply.Integer(highest);
        });
        return Route.UnderWay;
    }

    private static void Flush(SavedCall saved, ulong highest)
    {
        HengeNode node = saved.Lane.Node;
        node.Store.AdvanceClock(highest, saved.Lane.Now.UnixMs);
        node.Ring!.FlushAll(version => saved.Lane.Post(_ =>
        {
            RoutedCall step = saved.Resume();
            byte[][] asked = [Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture))];
            RingScatter.StartAt(ref step, RingScatter.Alive(step), "FLUSH"u8, asked, static (_, reply) => reply.Ok());
        }));
    }

    private static void Ask(SavedCall saved, byte[][] pattern, Action<byte[]> next)
    {
        RoutedCall call = saved.Resume();
        call.ReplyTo(saved.Then(next), 0);
        RingScatter.Start(ref call, "NAMES"u8, pattern, static (parts, reply) =>
        {
            long loading = 0;
            long count = 0;
            int[] at = new int[parts.Count];
            for (int i = 0; i < at.Length; i++)
            {
                ReplyBytes.Header(parts.Reply(i), ref at[i]);
                loading += ReplyBytes.Header(parts.Reply(i), ref at[i]);
                count += ReplyBytes.Header(parts.Reply(i), ref at[i]);
            }
            reply.Array(2);
            reply.Integer(loading);
            reply.Array((int)count);
            for (int i = 0; i < at.Length; i++)
            {
                reply.Raw(parts.Reply(i)[at[i]..]);
            }
        });
    }

    private static void Collect(byte[] found, HashSet<byte[]> keys)
    {
        int at = 0;
        ReplyBytes.Header(found, ref at);
        ReplyBytes.Header(found, ref at);
        for (long left = ReplyBytes.Header(found, ref at); left > 0; left--)
        {
            keys.Add(ReplyBytes.Bulk(found, ref at).ToArray());
        }
    }

    private static long CountOf(Gathering parts, int part, out int at)
    {
        at = 0;
        ReplyBytes.Header(parts.Reply(part), ref at);
        return ReplyBytes.Header(parts.Reply(part), ref at);
    }
}
