using Henge.Cluster.Lanes;

namespace Henge.Entries;

/// <summary>How an operation on an entry ended.</summary>
/// <param name="Outcome">Whether it was carried out.</param>
/// <param name="Answer">Its answer where it was.</param>
internal readonly record struct EntryReply(Outcome Outcome, EntryAnswer Answer = default);
