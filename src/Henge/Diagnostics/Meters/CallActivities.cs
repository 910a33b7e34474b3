using System.Diagnostics;

using Henge.Cluster;
using Henge.Cluster.Rings;
using Henge.Commands;
using Henge.Entries;

namespace Henge.Diagnostics.Meters;

/// <summary>
/// Activities of what takes longer than memory does, under the source "Henge": calls and commands that another node
/// carries out, and factories. They name the verb, the slot and its owner, never the key. What this node answers from
/// its own memory makes none, and without a listener nobody does.
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
        return StartCall("henge " + CallMeters.NameOf(verb), slot, snapshot);
    }

    /// <summary>
    /// Begins one of a client's command, where another node owns its slot; null elsewhere. The loop goes on with other
    /// commands, so it is nobody's parent and does not become the current one.
    /// </summary>
    public static Activity? StartForwarded(Command command, Slot slot, ClusterSnapshot snapshot)
    {
        if (!s_source.HasListeners() || snapshot.Access[slot.Number] != SlotAccess.Remote)
        {
            return null;
        }
        Activity? before = Activity.Current;
        Activity? activity = StartCall("henge " + command.Name.ToLowerInvariant(), slot, snapshot);
        Activity.Current = before;
        return activity;
    }

    /// <summary>Begins one of a factory; what that one does is part of it.</summary>
    public static Activity? StartFactory() => s_source.StartActivity("henge factory");

    private static Activity? StartCall(string name, Slot slot, ClusterSnapshot snapshot)
    {
        Activity? activity = s_source.StartActivity(name, ActivityKind.Client);
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
