namespace Henge.Discovery;

/// <summary>
/// What a source names, how long ago, and how it is. It fails static: while the source does not answer, what it named
/// before stays; and an address that it names no more is kept for a while, since a source that was restarted empty gets
/// to know its members again one by one. Written by the source's loop, read by any thread.
/// </summary>
internal sealed class SourceView
{
    /// <summary>Addresses of one source, at most; the others are passed over, the same on all nodes.</summary>
    public const int MaxAddresses = 1024;

    /// <summary>How long an address is kept that the source, which answers, names no more.</summary>
    public const long KeepMs = 600_000;

    private readonly Lock _lock = new();
    private readonly HengeNode _node;
    private readonly Action _changed;
    private readonly SortedDictionary<string, long> _named = new(StringComparer.Ordinal);
    private SourceStatus _status;
    private bool _isOverfull;

    /// <summary>Creates the view of a source that has not been asked yet.</summary>
    /// <param name="name">As the options name it.</param>
    /// <param name="node">Whose it is.</param>
    /// <param name="changed">Called when it names others than before, or answers for the first time.</param>
    public SourceView(string name, HengeNode node, Action changed)
    {
        (_node, _changed) = (node, changed);
        _status = new SourceStatus { Source = name };
    }

    /// <summary>How it is; a snapshot.</summary>
    public SourceStatus Status => Volatile.Read(ref _status);

    /// <summary>
    /// Whether what it names is wanted soon: the node does not serve yet, or knows of nobody else.
    /// </summary>
    public bool IsUrgent => !_node.Ready || _node.Ring is not { Snapshot.IsAlone: false };

    /// <summary>Whether the node does not serve yet.</summary>
    public bool IsAwaited => !_node.Ready;

    /// <summary>Addresses to dial, sorted.</summary>
    public string[] Addresses()
    {
        lock (_lock)
        {
            return [.. _named.Keys];
        }
    }

    /// <summary>The source has answered.</summary>
    /// <param name="addresses">All that it names now, as host:port.</param>
    /// <param name="isAnswer">Whether a ring would be among them, if there were one.</param>
    /// <param name="problem">What is wrong all the same, in words; empty for nothing.</param>
    public void Named(IReadOnlyCollection<string> addresses, bool isAnswer, string problem = "")
    {
        SourceStatus before = Status;
        bool hasChanged;
        lock (_lock)
        {
            hasChanged = Take(addresses);
        }
        SourceStatus status = before with
        {
            IsUp = problem.Length == 0,
            Errors = before.Errors + (problem.Length > 0 ? 1 : 0),
            HasAnswered = before.HasAnswered || isAnswer,
            Addresses = Math.Min(addresses.Count, MaxAddresses),
            AnsweredAtMs = _node.NowMs,
            Problem = problem,
        };
        Volatile.Write(ref _status, status);
        if (status.IsUp && !before.IsUp)
        {
            Log.DiscoveryAnswers(_node.Logger, status.Source, status.Addresses);
        }
        else if (!status.IsUp && before.Problem != problem)
        {
            Log.DiscoveryFails(_node.Logger, status.Source, problem);
        }
        if (addresses.Count > MaxAddresses && !_isOverfull)
        {
            Log.DiscoveryOverfull(_node.Logger, status.Source, addresses.Count, MaxAddresses);
        }
        _isOverfull = addresses.Count > MaxAddresses;
        if (hasChanged || status.HasAnswered != before.HasAnswered)
        {
            _changed();
        }
    }

    /// <summary>The source did not answer, or with nothing that can be used.</summary>
    /// <param name="why">In words, the same for the same reason: it is logged when it changes.</param>
    public void Failed(string why)
    {
        SourceStatus before = Status;
        Volatile.Write(ref _status, before with { IsUp = false, Errors = before.Errors + 1, Problem = why });
        if (before.IsUp || before.Problem != why)
        {
            Log.DiscoveryFails(_node.Logger, before.Source, why);
        }
    }

    /// <summary>Something is amiss that does not keep the source from answering: counted alone.</summary>
    public void Faulted() => Volatile.Write(ref _status, Status with { Errors = Status.Errors + 1 });

    private bool Take(IReadOnlyCollection<string> addresses)
    {
        long nowMs = _node.MonotonicMs;
        bool hasChanged = false;
        foreach (string address in addresses.Order(StringComparer.Ordinal).Take(MaxAddresses))
        {
            hasChanged |= !_named.ContainsKey(address);
            _named[address] = nowMs;
        }
        // What is named now goes before what was named once.
        int surplus = _named.Count - MaxAddresses;
        string[] gone =
        [
            .. _named.Where(pair => pair.Value < nowMs && (nowMs - pair.Value >= KeepMs || surplus-- > 0))
                .Select(static pair => pair.Key),
        ];
        foreach (string address in gone)
        {
            _named.Remove(address);
        }
        return hasChanged || gone.Length > 0;
    }
}
