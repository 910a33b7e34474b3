namespace Henge.Discovery;

/// <summary>One place that knows who may be in the ring. There are names and etcd.</summary>
internal interface IDiscovery : IDisposable
{
    /// <summary>As the options name it.</summary>
    string Name { get; }

    /// <summary>Looks, tells the view what it finds, and looks again, until it is cancelled.</summary>
    Task RunAsync(SourceView view, CancellationToken cancellationToken);

    /// <summary>
    /// Takes back what it has entered about this node, which leaves. Fails quietly: what is entered ends by itself.
    /// </summary>
    Task WithdrawAsync(CancellationToken cancellationToken);
}
