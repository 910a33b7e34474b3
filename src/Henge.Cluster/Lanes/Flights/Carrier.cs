using Henge.Cluster.Lanes.Fetches;
using Henge.Cluster.Lanes.Replicas;
using Henge.Cluster.Lanes.Routes;

namespace Henge.Cluster.Lanes.Flights;

/// <summary>
/// Carries operations through: looks where each goes, lets it wait in the lines of its slots where it cannot go yet,
/// carries it out or sends it, and ends it. Callbacks may start operations while this works: what became free meanwhile
/// is taken from a queue by the outermost call, never from within another.
/// </summary>
internal sealed class Carrier(
    ClusterOptions options, LaneShared shared, ILaneHost host, LaneCounters counters, Router router,
    FlightTable flights, SlotLines lines, Forwards forwards, Answers answers, FetchThrough fetches,
    Replication replication)
{
    // What waits for a moment to pass (a retry, a full queue, the end of a pause) is looked at again this often.
    private const int LookAgainMs = 10;

    // The first of their lines, and those without any, that cannot go.
    private readonly OperationList _stuck = new();
    private readonly List<Operation> _late = [];
    private long _sequence;
    private long _lookAgainAtMs;
    private bool _isDraining;

    /// <summary>Takes an operation from here to its end.</summary>
    public void Start(Operation operation, Instant now)
    {
        operation.Notes.Sequence = ++_sequence;
        if (operation.DeadlineMs == 0)
        {
            operation.DeadlineMs = now.MonotonicMs + options.OperationTimeoutMs;
        }
        if (TakesPlaces(operation) && !lines.IsOpen(operation))
        {
            Park(operation);
            FetchAhead(operation, now);
        }
        else
        {
            Advance(operation, now);
        }
        Drain(now);
    }

    /// <summary>Looks again at all that is first in its lines.</summary>
    public void LookAgain()
    {
        for (Operation? next = _stuck.First; next is not null; next = next.Notes.Next)
        {
            lines.Wake(next);
        }
    }

    /// <summary>As above, when a moment has passed since the last time.</summary>
    public void LookAgainIfDue(Instant now)
    {
        if (now.MonotonicMs >= _lookAgainAtMs && _stuck.First is not null)
        {
            _lookAgainAtMs = now.MonotonicMs + LookAgainMs;
            LookAgain();
        }
    }

    /// <summary>Ends what is late.</summary>
    public void EndLate(Instant now)
    {
        flights.CollectLate(now.MonotonicMs, _late);
        foreach (Operation operation in _late)
        {
            if (operation.Notes.Id != 0 && operation.DeadlineMs <= now.MonotonicMs)
            {
                bool isUnknown = operation.Writes && operation.Notes.Stage == Stage.Sent;
                Finish(operation, isUnknown ? Outcome.Unknown : Outcome.NotDone, wasRemote: false, []);
            }
        }
        _late.Clear();
    }

    /// <summary>Takes an operation that was sent back into its lines; it was not carried out, or only read.</summary>
    public void TakeBack(Operation operation, bool lookAgain)
    {
        forwards.Arrive(operation);
        operation.Notes.CameBack = true;
        Park(operation);
        if (lookAgain)
        {
            lines.Wake(operation);
        }
    }

    /// <summary>Ends an operation.</summary>
    public void Finish(Operation operation, Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply)
    {
        LetGo(operation);
        Count(operation, outcome);
        if (operation.Notes.IsServed)
        {
            answers.Answer(operation, outcome, wasRemote, reply);
        }
        operation.Complete(outcome, wasRemote, outcome == Outcome.Done ? reply : []);
    }

    /// <summary>Looks at all that became free, and ends the writes that have reached their copies.</summary>
    public void Drain(Instant now)
    {
        if (_isDraining)
        {
            return;
        }
        _isDraining = true;
        try
        {
            while (true)
            {
                if (lines.TryTakeReady(out Operation operation))
                {
                    Advance(operation, now);
                }
                else if (replication.TryTakeEnded(out EndedWrite ended))
                {
                    End(ended);
                }
                else
                {
                    return;
                }
            }
        }
        finally
        {
            _isDraining = false;
        }
    }

    private void Advance(Operation operation, Instant now)
    {
        Route route = router.Of(operation, now);
        bool takesPlaces = TakesPlaces(operation);
        switch (route.Kind)
        {
            case RouteKind.Here when !takesPlaces || lines.MayGo(operation, null):
                Execute(operation, now);
                break;
            case RouteKind.Load when Number(operation):
                if (fetches.IsFresh(operation, now) && lines.MayGo(operation, null))
                {
                    Execute(operation, now);
                    break;
                }
                Park(operation);
                break;
            case RouteKind.Hop when (!takesPlaces || lines.MayGo(operation, route.Peer)) && Number(operation)
                && forwards.TrySend(operation, route, now):
                Leave(operation);
                forwards.Depart(operation, route.Peer!);
                break;
            case RouteKind.Gone:
                Finish(operation, Outcome.NotDone, wasRemote: false, []);
                break;
            case RouteKind.Split when !operation.Notes.IsServed:
                Finish(operation, Outcome.Split, wasRemote: false, []);
                break;
            case RouteKind.Split or RouteKind.Back:
                LetGo(operation);
                answers.Refuse(operation);
                operation.Complete(Outcome.NotDone, wasRemote: false, []);
                break;
            default:
                Park(operation);
                break;
        }
    }

    private void Execute(Operation operation, Instant now)
    {
        LetGo(operation);
        operation.Notes.Stage = Stage.Held;
        // Commands that ran directly before may not be committed yet: their changes stay for their own hold.
        int count = host.Changes.Count;
        int length = host.Changes.Records.Length;
        operation.Execute(now);
        if (!replication.Take(operation, null, count, length, operation.DeadlineMs))
        {
            Finish(operation, Outcome.Done, wasRemote: false, []);
        }
    }

    private void End(in EndedWrite ended)
    {
        if (ended.Operation is { } operation)
        {
            Finish(operation, ended.Outcome, wasRemote: false, []);
        }
        else
        {
            ended.Hold!.Release(ended.Outcome);
        }
    }

    private void Park(Operation operation)
    {
        if (operation.Notes.Stage == Stage.Queued)
        {
            KeepInSight(operation);
            return;
        }
        if (!Number(operation))
        {
            Finish(operation, Outcome.NotDone, wasRemote: false, []);
            return;
        }
        operation.Notes.Stage = Stage.Queued;
        operation.Notes.Blockers = 0;
        if (TakesPlaces(operation))
        {
            lines.Enter(operation);
        }
        KeepInSight(operation);
    }

    private void KeepInSight(Operation operation)
    {
        if (operation.Notes is { Blockers: 0, List: null })
        {
            _stuck.Add(operation);
        }
    }

    // While earlier ones of its slots wait, its keys can already be on their way.
    private void FetchAhead(Operation operation, Instant now)
    {
        if (operation.Notes.Stage == Stage.Queued && router.Of(operation, now).Kind == RouteKind.Load)
        {
            fetches.IsFresh(operation, now);
        }
    }

    private bool Number(Operation operation)
    {
        if (operation.Notes.Id == 0)
        {
            if (flights.Count >= options.MaxWaiting)
            {
                return false;
            }
            flights.Add(operation);
        }
        return true;
    }

    private void Leave(Operation operation)
    {
        if (operation.Notes.Stage == Stage.Queued)
        {
            OperationList.Remove(operation);
            lines.Leave(operation);
            operation.Notes.Stage = Stage.None;
        }
    }

    private void LetGo(Operation operation)
    {
        Leave(operation);
        if (operation.Notes.Stage == Stage.Sent)
        {
            forwards.Arrive(operation);
        }
        if (operation.Notes.Id != 0)
        {
            flights.Remove(operation);
        }
        operation.Notes.Stage = Stage.None;
    }

    private void Count(Operation operation, Outcome outcome)
    {
        if (outcome == Outcome.Unknown)
        {
            counters.Unknown++;
        }
        else if (outcome == Outcome.NotDone)
        {
            counters.Refused++;
            if (operation is { Writes: false, Target: null, Notes.IsServed: false })
            {
                shared.CountTopologyMiss();
            }
        }
    }

    private static bool TakesPlaces(Operation operation) =>
        operation.Target is null && !operation.Notes.IsForThisNode;
}
