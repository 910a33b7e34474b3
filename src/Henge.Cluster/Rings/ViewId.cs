using System.Globalization;

namespace Henge.Cluster.Rings;

/// <summary>
/// Which ring view: a hash over its members (id, boot, incarnation, weight, zone), the number of copies and the
/// version of the algorithm. Equal ids mean equal views; no id ever comes back once a member was suspected
/// (docs/ring.md).
/// </summary>
/// <param name="Value">The hash; 0 for no view.</param>
internal readonly record struct ViewId(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
