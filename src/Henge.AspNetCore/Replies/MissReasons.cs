using Henge.Storage.Figures;

namespace Henge.AspNetCore.Replies;

/// <summary>What replies say of a miss.</summary>
internal static class MissReasons
{
    /// <summary>The header.</summary>
    public const string Header = "X-Cache-Miss";

    /// <summary>Its value.</summary>
    public static string NameOf(MissReason why) => why switch
    {
        MissReason.Expired => "expired",
        MissReason.Evicted => "evicted",
        MissReason.Deleted => "deleted",
        MissReason.Invalidated => "invalidated",
        _ => "absent",
    };
}
