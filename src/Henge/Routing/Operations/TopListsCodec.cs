using Henge.Protocol;
using Henge.Routing.Parts;
using Henge.Storage;
using Henge.Storage.Tops;

namespace Henge.Routing.Operations;

/// <summary>
/// How nodes tell each other the top of their stores: an array for each list, of five elements for each entry: key,
/// thousandths of a second's rate, bytes, type, expiry.
/// </summary>
internal static class TopListsCodec
{
    private const int Elements = 5;

    /// <summary>Writes lists.</summary>
    public static void Write(RespWriter reply, TopLists lists)
    {
        reply.Array(lists.All.Count);
        foreach (List<TopEntry> list in lists.All)
        {
            reply.Array(list.Count * Elements);
            foreach (TopEntry entry in list)
            {
                reply.Bulk(entry.Key);
                reply.Integer((long)(entry.PerSecond * 1000));
                reply.Integer(entry.Bytes);
                reply.Integer((long)entry.Type);
                reply.Integer(entry.ExpiresAtMs);
            }
        }
    }

    /// <summary>Adds what another node has told.</summary>
    public static void AddTo(TopLists lists, ReadOnlySpan<byte> reply)
    {
        int at = 0;
        ReplyBytes.Header(reply, ref at);
        foreach (List<TopEntry> list in lists.All)
        {
            for (long left = ReplyBytes.Header(reply, ref at) / Elements; left > 0 && at < reply.Length; left--)
            {
                byte[] key = ReplyBytes.Bulk(reply, ref at).ToArray();
                double perSecond = ReplyBytes.Header(reply, ref at) / 1000.0;
                long bytes = ReplyBytes.Header(reply, ref at);
                var type = (EntryType)ReplyBytes.Header(reply, ref at);
                list.Add(new TopEntry(key, perSecond, bytes, type, ReplyBytes.Header(reply, ref at)));
            }
        }
    }
}
