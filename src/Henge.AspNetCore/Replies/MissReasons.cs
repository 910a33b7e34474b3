using Henge.Storage.Figures;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Replies;

/// <summary>What replies say of a miss: a header, and of many keys a member of each result.</summary>
internal static class MissReasons
{
    /// <summary>Of a read that could not be carried out, since the owner of its key was away.</summary>
    public const string Topology = "topology";

    private const string Header = "X-Cache-Miss";

    /// <summary>Says why; nothing where nobody remembers.</summary>
    public static void Say(HttpContext context, string? why)
    {
        if (why is not null)
        {
            context.Response.Headers[Header] = why;
        }
    }

    /// <summary>The word for a reason.</summary>
    public static string? NameOf(MissReason? why) => why switch
    {
        null => null,
        MissReason.Expired => "expired",
        MissReason.Evicted => "evicted",
        MissReason.Deleted => "deleted",
        MissReason.Invalidated => "invalidated",
        MissReason.Loading => "loading",
        _ => "absent",
    };
}
