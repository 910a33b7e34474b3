namespace Henge.Entries;

/// <summary>What a write is given beside key and value.</summary>
/// <param name="Lifetime">How long the entry is to live.</param>
/// <param name="Condition">What must hold.</param>
/// <param name="Version">
/// The version of <see cref="EntryCondition.IfVersion"/>, or the token of <see cref="EntryCondition.IfLeased"/>;
/// else 0.
/// </param>
/// <param name="Tags">Tags of what is set (<see cref="Henge.Tags.TagNames.TryMakeList"/>); empty for none.</param>
/// <param name="Begun">
/// With tags: when the value began to be made (<see cref="Henge.Tags.NodeTags.Begin"/>), so that what was invalidated
/// since makes it stale, wherever that was; 0: when it is written.
/// </param>
internal readonly record struct EntryWrite(
    Lifetime Lifetime = default,
    EntryCondition Condition = EntryCondition.None,
    ulong Version = 0,
    ReadOnlyMemory<byte> Tags = default,
    ulong Begun = 0);
