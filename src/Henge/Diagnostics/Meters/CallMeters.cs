using System.Diagnostics.Metrics;

using Henge.Cluster.Lanes;
using Henge.Entries;
using Henge.Entries.Many;

namespace Henge.Diagnostics.Meters;

/// <summary>
/// What an application's calls on the cache count, and how long they take. Tags: operation (get, set, delete, touch,
/// add, release, renew), result (hit, miss, done, refused, failed) and place (here: this node's memory; ring: the owner
/// was asked, or copies were written). An instrument that nobody listens to costs one look at a flag.
/// </summary>
internal sealed class CallMeters
{
    private readonly TimeProvider _time;
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _duration;

    /// <summary>Creates the instruments.</summary>
    public CallMeters(Meter meter, TimeProvider time)
    {
        _time = time;
        _calls = meter.CreateCounter<long>(
            "henge.cache.calls", "{call}", "Calls on the cache by the application.");
        _duration = meter.CreateHistogram(
            "henge.cache.call.duration", "s", "Time that calls on the cache take.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries =
                    [1e-6, 1e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
            });
    }

    /// <summary>Whether a call needs to know when it began.</summary>
    public bool TimesCalls => _duration.Enabled;

    /// <summary>The verb as tags and activities name it.</summary>
    public static string NameOf(EntryVerb verb) => verb switch
    {
        EntryVerb.Get => "get",
        EntryVerb.Set => "set",
        EntryVerb.Delete => "delete",
        EntryVerb.GetOrLease => "get",
        EntryVerb.Release => "release",
        EntryVerb.Renew => "renew",
        EntryVerb.Add => "add",
        _ => "touch",
    };

    /// <summary>A call was answered here.</summary>
    public void CountHere(EntryVerb verb, EntryStatus status, long started) =>
        Count(verb, ResultOf(verb, status), "here", started);

    /// <summary>A call came back from the ring.</summary>
    public void Count(EntryVerb verb, in EntryReply reply, long started) => Count(
        verb, reply.Outcome == Outcome.Done ? ResultOf(verb, reply.Answer.Status) : "failed", "ring", started);

    /// <summary>The calls of a batch came back from the ring; its time counts once.</summary>
    public void Count(EntryBatch batch, Outcome outcome, long started)
    {
        for (int i = 0; i < batch.KeyCount; i++)
        {
            bool isDone = outcome == Outcome.Done && i < batch.Answered;
            if (isDone || outcome is not (Outcome.Done or Outcome.Split))
            {
                Count(batch[i].Verb, new EntryReply(outcome, batch[i].Answer), i == 0 ? started : 0);
            }
        }
    }

    private static string ResultOf(EntryVerb verb, EntryStatus status) => status switch
    {
        EntryStatus.Done => verb is EntryVerb.Get or EntryVerb.Touch or EntryVerb.GetOrLease ? "hit" : "done",
        EntryStatus.Missing or EntryStatus.Leased or EntryStatus.Held => "miss",
        EntryStatus.Refused or EntryStatus.StaleLease => "refused",
        _ => "failed",
    };

    private void Count(EntryVerb verb, string result, string place, long started)
    {
        if (_calls.Enabled)
        {
            _calls.Add(1, new("operation", NameOf(verb)), new("result", result), new("place", place));
        }
        if (started != 0 && _duration.Enabled)
        {
            double seconds = _time.GetElapsedTime(started).TotalSeconds;
            _duration.Record(seconds, new("operation", NameOf(verb)), new("result", result), new("place", place));
        }
    }
}
