using Henge.AspNetCore.Dashboard.Json;
using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Tags;
using Henge.Entries;
using Henge.Security;
using Henge.Storage;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Dashboard;

/// <summary>
/// <c>GET /v1/inspect/{key}</c>: an entry as its owner sees it. It only looks: nothing is counted, and neither the
/// order of eviction nor a sliding expiry moves.
/// </summary>
internal sealed class InspectRoutes
{
    /// <summary>What the path begins with.</summary>
    public const string Path = "/v1/inspect/";

    // A version is 48 bits of unix milliseconds above 16 bits of counter.
    private const int VersionCounterBits = 16;

    private readonly HengeNode _node;
    private readonly RingRequests? _ring;

    /// <summary>Creates the routes; without a ring they answer from this node alone, as the owner does.</summary>
    public InspectRoutes(HengeNode node, RingRequests? ring)
    {
        _node = node;
        _ring = ring;
    }

    /// <summary>Answers for the key that stands behind <see cref="Path"/>.</summary>
    public Task RouteAsync(HttpContext context, User user, ReadOnlySpan<char> text, ReadOnlySpan<char> query)
    {
        if (text.Contains('/'))
        {
            return Problems.SlashInKey.WriteAsync(context);
        }
        if (QueryOptions.TryParse(query, QueryNames.Enc, out QueryOptions options) is { } wrong)
        {
            return wrong.WriteAsync(context);
        }
        byte[] buffer = new byte[text.Length];
        if (KeyText.TryDecode(text, options.KeysAreBase64, inQuery: false, buffer, out ReadOnlySpan<byte> key)
            is { } bad)
        {
            return bad.WriteAsync(context);
        }
        if (!user.MayTouch(key))
        {
            return Problems.ForbiddenKey.WriteAsync(context);
        }
        return _ring is not null && _ring.TakesRead(key)
            ? _ring.SendAsync(context, key.ToArray(), writes: false)
            : JsonReply.WriteAsync(context, Look(key), DashboardJson.Default.InspectReply);
    }

    private InspectReply Look(ReadOnlySpan<byte> key)
    {
        long nowMs = _node.NowMs;
        (int slot, InspectMember[] copies) = Place(key);
        using EntryScope entry = _node.Store.Open(key, nowMs);
        if (!entry.Found)
        {
            return new InspectReply
            {
                Slot = slot,
                Copies = copies,
                MissReason = MissReasons.NameOf(entry.WhyMissing),
            };
        }
        EntryAttributes attributes = EntryAttributes.Read(entry.Attributes);
        return new InspectReply
        {
            Found = true,
            Type = entry.Type.ToString().ToLowerInvariant(),
            Bytes = entry.Value.Length,
            MemoryBytes = entry.MemoryBytes,
            TtlMs = entry.ExpiresAtMs == 0 ? null : Math.Max(0, entry.ExpiresAtMs - nowMs),
            ExpiresAtMs = entry.ExpiresAtMs == 0 ? null : entry.ExpiresAtMs,
            IdleMs = attributes.IdleMs == 0 ? null : attributes.IdleMs,
            Version = EntityTag.Of(entry.Version).Trim('"'),
            WrittenAtMs = (long)(entry.Version >> VersionCounterBits),
            ContentType = attributes.ContentType.IsEmpty
                ? null : System.Text.Encoding.ASCII.GetString(attributes.ContentType),
            Tags = Names(attributes.Tags),
            Slot = slot,
            Copies = copies,
            Preview = EntryPreview.Of(entry.Type, entry.Value),
        };
    }

    private (int Slot, InspectMember[] Copies) Place(ReadOnlySpan<byte> key)
    {
        Slot slot = Slot.Of(key);
        if (_node.Ring is not { Snapshot.View: { } view })
        {
            return (slot.Number, []);
        }
        ReadOnlySpan<ushort> places = view.CopiesOf(slot);
        var copies = new InspectMember[places.Length];
        for (int i = 0; i < copies.Length; i++)
        {
            Member member = view.Members[places[i]];
            copies[i] = new InspectMember
            {
                Id = member.Id.ToString(),
                Name = member.Name.Length > 0 ? member.Name : member.Address,
            };
        }
        return (slot.Number, copies);
    }

    private static List<string> Names(ReadOnlySpan<byte> list)
    {
        var names = new List<string>();
        foreach (ReadOnlySpan<byte> tag in new TagList(list))
        {
            // The empty one is a mark and no tag of the entry.
            if (!tag.IsEmpty)
            {
                names.Add(System.Text.Encoding.UTF8.GetString(tag));
            }
        }
        return names;
    }
}
