using System.Diagnostics;

using Henge.Cluster;
using Henge.Entries;

namespace Henge.Diagnostics.Meters;

/// <summary>
/// Activities of calls that go through the ring, under the source "Henge". They name the verb, the slot and its owner,
/// never the key. Calls that this node answers from its own memory make none, and without a listener nobody does.
/// </summary>
internal static class CallActivities
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Henge";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Begins one; null where nobody listens.</summary>
    public static Activity? Start(EntryVerb verb, Slot slot, ClusterSnapshot snapshot)
    {
        if (!s_source.HasListeners())
        {
            return null;
        }
        Activity? activity = s_source.StartActivity("henge " + CallMeters.NameOf(verb), ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("henge.slot", slot.Number);
            ReadOnlySpan<ushort> copies = snapshot.View.CopiesOf(slot);
            if (!copies.IsEmpty)
            {
                activity.SetTag("server.address", snapshot.View.Members[copies[0]].Address);
            }
        }
        return activity;
    }
}
