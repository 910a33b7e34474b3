using Henge.Cluster;
using Henge.Simulator.Checks;
using Henge.Simulator.Faults;
using Henge.Simulator.Nodes;
using Henge.Simulator.Scenarios;
using Henge.Simulator.Time;
using Henge.Simulator.Workload;

namespace Henge.Simulator.Runs;

/// <summary>
/// One run of a scenario from one seed: the ring forms, things go wrong under load, everything heals and must converge,
/// and the history is checked against what is left.
/// </summary>
internal sealed class Run
{
    private const long StepMs = 100;
    private const long QuietMs = 12_000;
    private const int ManyAtOnce = 1000;
    private readonly Plan _plan;
    private readonly World _world;
    private readonly Clients _clients;
    private readonly Injector _injector;
    private readonly Watch _watch;
    private readonly Convergence _convergence;
    private long _nextLookMs;

    private Run(Scenario scenario, ulong seed, PlantedBugs bugs, TextWriter? trace)
    {
        SimRandom random = new SimRandom(seed).Fork(scenario.Name);
        _plan = scenario.Draw(random.Fork("plan"), bugs);
        _world = new World(_plan, random, trace);
        _clients = new Clients(_world, random.Fork("clients"));
        _injector = new Injector(_world, random.Fork("injector"));
        _watch = new Watch(_world);
        _convergence = new Convergence(_world);
    }

    /// <summary>Runs to the end, or to the first violation.</summary>
    public static RunResult Of(
        Scenario scenario, ulong seed, PlantedBugs bugs = PlantedBugs.None, TextWriter? trace = null)
    {
        var run = new Run(scenario, seed, bugs, trace);
        string? failure = null;
        try
        {
            run.Go();
        }
        catch (Violation violation)
        {
            failure = violation.Message;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            failure = $"I23: {error}";
        }
        World world = run._world;
        world.Trace.Note(null, $"ends: {failure ?? "ok"}");
        world.End();
        return new RunResult
        {
            Scenario = scenario.Name,
            Seed = seed,
            Failure = failure,
            Hash = world.Hash.Value,
            Events = world.Time.Events,
            Messages = world.Network.Delivered,
            Requests = world.Oracle.Requests.Count,
            VirtualMs = world.Time.NowMs,
        };
    }

    private void Go()
    {
        if (_plan.StartsDisturbed)
        {
            Disturb();
        }
        Form();
        _clients.WriteAll();
        _clients.Start();
        _clients.StartInvalidating();
        _clients.StartKeeping();
        if (!_plan.StartsDisturbed)
        {
            Disturb();
        }
        Advance(_plan.FaultsMs);
        _injector.Heal();
        bool wasStrict = _world.IsStrict;
        Converge();
        CheckAnswers();
        FinalCheck.Run(_world, wasStrict);
        _plan.Expects?.Invoke(_world);
        Serve();
    }

    private void Disturb()
    {
        _world.FaultsAtUs = _world.Time.NowUs;
        _injector.Start(_plan.Faults);
        _plan.Begins?.Invoke(_world);
    }

    private void Form()
    {
        SimRandom random = _world.Random.Fork("start");
        foreach (SimHost host in _world.Hosts.Take(_plan.StartsWith))
        {
            _world.Time.After(random.Below(500_000L), () => _world.Start(host));
        }
        Advance(500);
        if (_plan.SkipsForming)
        {
            return;
        }
        bool isStrict = _world.IsStrict;
        AdvanceUntil(_convergence.MissingFromRing, _plan.FormsWithinMs, "forming the ring");
        _world.IsStrict = isStrict;
    }

    // Requests go on for a while after the faults; then there is quiet, and everything must become the same.
    private void Converge()
    {
        Advance(2000);
        _clients.IsActive = false;
        AdvanceUntil(_convergence.Missing, _plan.ConvergesWithinMs, "converging");
    }

    private void CheckAnswers()
    {
        Advance(QuietMs);
        if (_clients.Unanswered.FirstOrDefault() is { } request)
        {
            _world.Fail("I25", $"{request}, asked at {request.StartUs / 1000} ms, has no answer");
        }
        if (_convergence.Missing() is string missing)
        {
            _world.Fail("I6", $"it had converged, but {QuietMs} ms later: {missing}");
        }
        _world.Oracle.Kept.ExpectNoneStale();
    }

    // The healed ring is an ordinary one again: every read finds what was acknowledged, and everything is answered.
    private void Serve()
    {
        int before = _world.Oracle.Requests.Count;
        _world.IsStrict = true;
        _clients.ReadAll();
        _clients.KeepAll();
        _clients.WriteAll();
        _clients.ReadAll();
        Advance(3000);
        _clients.KeepAll();
        Advance(3000);
        _world.Oracle.Kept.ExpectNoneStale();
        foreach (Request request in _world.Oracle.Requests.Skip(before))
        {
            bool isShed = request.Node.Host.Shape.Options.MaxWaiting < ManyAtOnce;
            if (request.Outcome != Henge.Cluster.Lanes.Outcome.Done && !isShed)
            {
                _world.Fail("I7", $"{request} fails although everything has healed");
            }
        }
    }

    private void AdvanceUntil(Func<string?> missing, long withinMs, string what)
    {
        long deadline = _world.Time.NowMs + withinMs;
        while (true)
        {
            Advance(Math.Max(StepMs, Math.Min(1000, withinMs / 20)));
            string? still = missing();
            if (still is null)
            {
                _world.Trace.Note(null, $"done with {what}");
                return;
            }
            if (_world.Time.NowMs >= deadline)
            {
                _world.Fail("I6", $"{what} took more than {withinMs} ms: {still}");
            }
        }
    }

    private void Advance(long ms)
    {
        long end = _world.Time.NowMs + ms;
        while (_world.Time.NowMs < end)
        {
            _world.Time.RunUntil(Math.Min(end, _world.Time.NowMs + StepMs) * 1000);
            if (_world.Time.NowMs >= _nextLookMs)
            {
                _nextLookMs = _world.Time.NowMs + _plan.LookEveryMs;
                _watch.Look();
                NoteWholeness();
            }
        }
    }

    private void NoteWholeness()
    {
        if (_world.Nodes.Count == _world.Hosts.Count(static h => h.Node is not null)
            && _convergence.MissingFromRing() is null)
        {
            _world.Oracle.IsWhole();
        }
    }
}
