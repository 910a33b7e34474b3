using System.Globalization;

using Henge.Cluster.Lanes;
using Henge.Cluster.Rings;
using Henge.Simulator.Nodes;
using Henge.Simulator.Workload;
using Henge.Storage;

namespace Henge.Simulator.Checks;

/// <summary>
/// The history against what is left when all has converged: nothing acknowledged is lost, nothing deleted is back,
/// every counter is as high as it must be.
/// </summary>
internal static class FinalCheck
{
    /// <summary>Checks; a violation is thrown.</summary>
    /// <param name="world">The run.</param>
    /// <param name="wasStrict">Whether each slot had one owner at a time all through the run.</param>
    public static void Run(World world, bool wasStrict)
    {
        if (world.Nodes.Count == 0)
        {
            return;
        }
        RingView view = world.Nodes[0].Published.View;
        for (int key = 0; key < world.Keys.Count && view.Members.Count > 0; key++)
        {
            SimNode owner = world.NodeOf(view.Members[view.CopiesOf(world.Keys.SlotOf(key))[0]])!;
            RecordView record = RecordView.Of(owner, world.Keys.Name(key), owner.Host.Clock.Now.UnixMs);
            CheckKey(world, key, owner, record);
            if (key < world.Keys.Counters)
            {
                CheckCounter(world, key, owner, wasStrict);
            }
        }
    }

    private static void CheckKey(World world, int key, SimNode owner, RecordView record)
    {
        Ledger ledger = world.Oracle[key];
        if (ledger.Acked is not { } acked || ledger.IsAmnestied)
        {
            return;
        }
        if (record.State == KeyState.Live)
        {
            bool isFlushed = world.Oracle.IsFlushed(acked);
            // A flush that died with those who knew of it has deleted what they had, and nothing else.
            bool mayBeOlder = isFlushed && world.Oracle.KeptFlushVersion != world.Oracle.FlushVersion;
            if (record.Version < acked.Version && !mayBeOlder)
            {
                string what = isFlushed ? "I11" : acked.IsTombstone ? "I9" : "I8";
                world.FailUnlessEvicting(
                    what, $"key {key} is {ledger.Find(record.Version)} at its owner {owner} in the "
                    + $"end, but acknowledged was {acked}");
            }
            if (record.Version <= world.Oracle.KeptFlushVersion)
            {
                world.Fail("I11", $"key {key} is {record} at {owner} in the end, which a flush had deleted");
            }
        }
        else if (!world.Oracle.MayBeAbsent(ledger, acked))
        {
            world.FailUnlessEvicting("I8", $"key {key} is {record} at its owner {owner} in the end, but acknowledged "
                + $"was {acked}");
        }
    }

    private static void CheckCounter(World world, int key, SimNode owner, bool wasStrict)
    {
        long carriedOut = 0;
        long acked = 0;
        foreach (Request request in world.Oracle.Requests)
        {
            if (request.Kind == OperationKind.Increment && request.Keys[0] == key)
            {
                carriedOut += request.Executions;
                acked += request.Outcome == Outcome.Done ? 1 : 0;
            }
        }
        using EntryScope scope = owner.Store.Open(world.Keys.Name(key), owner.Host.Clock.Now.UnixMs);
        long value = scope.Found ? long.Parse(scope.Value, CultureInfo.InvariantCulture) : 0;
        if (value > carriedOut)
        {
            world.Fail("I15", $"counter {key} is {value} after {carriedOut} increments");
        }
        bool isExact = wasStrict && !world.Oracle[key].WasAmnestied && world.Oracle.FlushVersion == 0;
        if (isExact && value < acked)
        {
            world.FailUnlessEvicting("I15", $"counter {key} is {value} after {acked} acknowledged increments");
        }
    }
}
