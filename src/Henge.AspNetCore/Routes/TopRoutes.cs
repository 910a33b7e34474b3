using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

using Henge.AspNetCore.Json;
using Henge.AspNetCore.Json.Figures;
using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.Commands.Arguments;
using Henge.Routing.Calls;
using Henge.Security;
using Henge.Storage.Tops;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>
/// <c>/v1/hotkeys</c>: the most read and written keys and the largest entries, of the ring or of a node.
/// </summary>
internal sealed class TopRoutes
{
    private const int DefaultLimit = 10;
    private const int MaxLimit = 100;

    // Who may see some keys only is shown the top of those: more are asked for than are shown.
    private const int AskedForRestricted = 1000;
    private readonly HengeNode _node;

    internal TopRoutes(HengeNode node) => _node = node;

    /// <summary>Answers the request.</summary>
    public Task HotKeysAsync(HttpContext context, User user, ReadOnlySpan<char> query)
    {
        if (!_node.Store.Core.NotesTops)
        {
            return Problems.MetricsOff.WriteAsync(context);
        }
        if (QueryOptions.TryParse(query, QueryNames.Count | QueryNames.Local, out QueryOptions options) is { } wrong)
        {
            return wrong.WriteAsync(context);
        }
        int count = DefaultLimit;
        if (options.Has(QueryNames.Count)
            && (!int.TryParse(options.Count, NumberStyles.None, CultureInfo.InvariantCulture, out count)
                || count is < 1 or > MaxLimit))
        {
            return Problems.BadQuery("'count' must be 1 to 100.").WriteAsync(context);
        }
        if (options.Has(QueryNames.Local) && options.Local is not ("" or "true"))
        {
            return Problems.BadQuery("'local' knows one value: true.").WriteAsync(context);
        }
        return AnswerAsync(context, user, count, options.Has(QueryNames.Local));
    }

    private async Task AnswerAsync(HttpContext context, User user, int count, bool local)
    {
        int wanted = user.HasPrefixes ? AskedForRestricted : count;
        (TopLists lists, int asked, int answered) = local || _node.Ring is null
            ? (_node.Store.Tops.Collect(wanted, _node.NowMs), 1, 1)
            : await RingTops.CollectAsync(_node, wanted).ConfigureAwait(false);
        lists.Trim(count, key => !user.HasPrefixes || user.MayTouch(key));
        var reply = new HotKeysReply
        {
            Node = _node.Options.Name,
            NodesAsked = asked,
            NodesAnswered = answered,
            WindowSeconds = TopLists.WindowSeconds,
            Reads = [.. lists.Reads.Select(entry => RowOf(entry, isRated: true))],
            Writes = [.. lists.Writes.Select(entry => RowOf(entry, isRated: true))],
            Big = [.. lists.Big.Select(entry => RowOf(entry, isRated: false))],
        };
        await JsonReply.WriteAsync(context, reply, HttpJson.Default.HotKeysReply).ConfigureAwait(false);
    }

    private HotKeyRow RowOf(TopEntry entry, bool isRated)
    {
        bool isText = Utf8.IsValid(entry.Key);
        return new HotKeyRow
        {
            Key = isText ? Encoding.UTF8.GetString(entry.Key) : Base64Url.EncodeToString(entry.Key),
            Encoding = isText ? "utf8" : "b64",
            PerSecond = isRated ? Math.Round(entry.PerSecond, 2) : null,
            Bytes = entry.Bytes,
            Type = Encoding.ASCII.GetString(TypeNames.Of(entry.Type)),
            TtlMs = entry.ExpiresAtMs == 0 ? null : Math.Max(0, entry.ExpiresAtMs - _node.NowMs),
        };
    }
}
