using System.Net;

using Henge.Clients;
using Henge.Cluster.Members;
using Henge.Commands;
using Henge.Diagnostics;
using Henge.Diagnostics.Figures;
using Henge.Discovery;
using Henge.Entries;
using Henge.Entries.Kept;
using Henge.Entries.Leases;
using Henge.Entries.Many;
using Henge.Peers;
using Henge.Protocol.Requests;
using Henge.PubSub;
using Henge.Routing.Operations;
using Henge.Security;
using Henge.Sessions;
using Henge.Snapshots;
using Henge.Storage;
using Henge.Tags;
using Henge.Transport;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Henge;

/// <summary>
/// One node: the store, the clients that are connected to it, and the parts that serve them. It is made with its
/// options, started once and stopped once; commands may run on its sessions without a start (tests, embedding).
/// </summary>
internal sealed class HengeNode : IAsyncDisposable, IDisposable
{
    /// <summary>A node without peers that is not ready by then never will be.</summary>
    private static readonly TimeSpan AloneLimit = TimeSpan.FromSeconds(30);

    private readonly System.Threading.Lock _lifetime = new();
    private readonly NodeMaintenance _maintenance;
    private readonly double _ticksPerMs;
    private ITransport? _transport;
    private RingHost? _ring;
    private Task? _stopping;
    private volatile bool _ready;
    private bool _isDisposed;

    /// <summary>Creates a node; nothing listens yet.</summary>
    /// <param name="options">What it is made with; null for the defaults. Kept: CONFIG SET writes into it.</param>
    /// <param name="timeProvider">Its clock; null for the system's.</param>
    /// <param name="loggers">Where it logs; null for nowhere.</param>
    /// <exception cref="HengeStartException">The options cannot be; the message says why.</exception>
    public HengeNode(HengeOptions? options = null, TimeProvider? timeProvider = null, ILoggerFactory? loggers = null)
    {
        Options = options ?? new HengeOptions();
        if (Options.Validate() is { } wrong)
        {
            throw new HengeStartException(wrong);
        }
        TimeProvider = timeProvider ?? TimeProvider.System;
        _ticksPerMs = TimeProvider.TimestampFrequency / 1000.0;
        Loggers = loggers ?? NullLoggerFactory.Instance;
        Logger = Loggers.CreateLogger("Henge");
        StartedAt = TimeProvider.GetUtcNow();
        NodeId = IdAt(new IPEndPoint(Options.Bind[0], Options.Port));
        RequestLimits = RespLimits.ForMaxValue(Options.MaxValue, Options.Limits.InputBytes);
        Store = new Store(Options.ToStoreOptions());
        PubSub = new PubSubHub(Store, Options.Limits);
        SlowLog = new SlowLog(Store, Options);
        Authenticator = new Authenticator(Options, TimeProvider, Logger);
        Secrets = new NodeSecrets(this);
        Secrets.Load();
        Discovery = new NodeDiscovery(this);
        Sampler = new NodeSampler(this);
        _maintenance = new NodeMaintenance(this);
        Entries = new NodeEntries(this);
        ManyCalls = new ManyCalls(this);
        Kept = new KeptReads(this);
        Leases = new LeaseTable(this);
        LeaseCalls = new LeaseCalls(this);
        Tags = new NodeTags(this);
        Interests = new RingInterests(this);
        Messages = Interests;
        Requests.Add(RequestKind.Commands, (lane, _, request) => CommandOperation.Read(this, lane, request));
        Requests.Add(RequestKind.Entry, (_, _, request) => EntryOperation.Read(this, request));
        Requests.Add(RequestKind.Entries, (_, _, request) => EntryBatch.Read(this, request));
        Requests.Add(RequestKind.Figures, (lane, _, _) => FiguresOperation.Of(this, lane));
    }

    /// <summary>What it was made with.</summary>
    public HengeOptions Options { get; }

    /// <summary>Its entries.</summary>
    public Store Store { get; }

    /// <summary>The entries of the ring, for caches in this process.</summary>
    public NodeEntries Entries { get; }

    /// <summary>Calls on many of them at once.</summary>
    public ManyCalls ManyCalls { get; }

    /// <summary>Reads of what this process keeps in its first level.</summary>
    public KeptReads Kept { get; }

    /// <summary>Who may fill which of its keys.</summary>
    public LeaseTable Leases { get; }

    /// <summary>Asks for the right to fill keys, for what runs in this process.</summary>
    public LeaseCalls LeaseCalls { get; }

    /// <summary>Invalidation by tag, for caches in this process.</summary>
    public NodeTags Tags { get; }

    /// <summary>The commands it answers, with their counters.</summary>
    public CommandTable Commands { get; } = new();

    /// <summary>The commands that only nodes give each other.</summary>
    public CommandTable PeerCommands { get; } = new([.. Routing.Operations.PeerCommands.Commands]);

    /// <summary>The RESP clients connected now.</summary>
    public ClientRegistry Clients { get; } = new();

    /// <summary>Channels and their subscribers.</summary>
    public PubSubHub PubSub { get; }

    /// <summary>Who in the ring has subscribers of what.</summary>
    public RingInterests Interests { get; }

    /// <summary>Checks passwords.</summary>
    public Authenticator Authenticator { get; }

    /// <summary>The files with passwords, users and the cluster's secret, read again when they change.</summary>
    public NodeSecrets Secrets { get; }

    /// <summary>Where it learns who may be in its ring.</summary>
    public NodeDiscovery Discovery { get; }

    /// <summary>CLIENT PAUSE.</summary>
    public ClientPause Pause { get; } = new();

    /// <summary>Its snapshot; null without a data directory, and before the start.</summary>
    public SnapshotKeeper? Snapshots { get; private set; }

    /// <summary>Commands that took long.</summary>
    public SlowLog SlowLog { get; }

    /// <summary>How large a request may be once its client is in.</summary>
    public RespLimits RequestLimits { get; }

    /// <summary>Requests of other protocols that were led to the RESP port.</summary>
    public ForeignRequests ForeignRequests { get; } = new();

    /// <summary>Errors that commands answered.</summary>
    public ErrorCounters Errors { get; } = new();

    /// <summary>Figures per second, and the peak of memory.</summary>
    public NodeSampler Sampler { get; }

    /// <summary>Whether expired entries are swept; DEBUG SET-ACTIVE-EXPIRE turns it off for tests.</summary>
    public bool SweepsExpired { get; set; } = true;

    /// <summary>What it counts of HTTP.</summary>
    public HttpFigures Http { get; } = new();

    /// <summary>What moves to and from it.</summary>
    public RunningTransfers Transfers { get; } = new();

    /// <summary>What it counts.</summary>
    public NodeCounters Counters { get; } = new();

    /// <summary>Its clock.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Where its parts get their loggers.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Its own logger.</summary>
    public ILogger Logger { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>
    /// Who it is, through restarts: a hash of its name where one was given, else of the address by which others reach
    /// it. Where the system picks the port, it is known from the start on.
    /// </summary>
    public MemberId NodeId { get; private set; }

    /// <summary>
    /// <see cref="NodeId"/> as Redis clients expect one: 40 hexadecimal digits (CLUSTER MYID, run_id).
    /// </summary>
    public string NodeIdText => NodeId.ToString();

    /// <summary>Takes sockets that speak HTTP; null: they are closed. Set it before the start.</summary>
    public IHttpSocketSink? HttpSink { get; set; }

    /// <summary>Its part in the ring; null before the start. Set it before the transport starts.</summary>
    public IRing? Ring { get; set; }

    /// <summary>The map of the ring that clients asked for last.</summary>
    public Commands.Cluster.ClusterMap? ClusterMap { get; set; }

    /// <summary>Who understands the requests of other members.</summary>
    public RequestReaders Requests { get; } = new();

    /// <summary>Gets messages of other members that are not about the ring itself; null: nobody does.</summary>
    public INodeMessages? Messages { get; set; }

    /// <summary>Addresses it listens on, with the port that was picked; empty before the start.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => _transport?.EndPoints ?? [];

    /// <summary>
    /// Whether it serves: it listens, belongs to a ring (perhaps of itself alone), and does not stop yet.
    /// </summary>
    public bool Ready => _ready && _ring is { IsReady: true };

    /// <summary>
    /// Ends when it is <see cref="Ready"/> for the first time: a node with peers first gets to know them, or gives up
    /// on those that do not answer within two seconds; one with discovery waits for its answer, as long as it takes.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public Task Joined =>
        _ring?.Joined ?? throw new InvalidOperationException("A node that was not started joins nothing.");

    /// <summary>Unix milliseconds of its clock.</summary>
    public long NowMs => TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Milliseconds of its monotonic clock, which no adjustment moves, from any origin. One division: every hit of a
    /// first level asks for it.
    /// </summary>
    public long MonotonicMs => (long)(TimeProvider.GetTimestamp() / _ticksPerMs);

    /// <summary>
    /// Listens and serves. Without peers it is ready when this ends; with peers it joins them meanwhile (see
    /// <see cref="Ready"/>).
    /// </summary>
    /// <exception cref="HengeStartException">It cannot listen; the message says why. Nothing is left
    /// running.</exception>
    /// <exception cref="InvalidOperationException">It was started or stopped before.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Start();
        // Alone it is ready in a moment; with peers that may take as long as they do.
        return Options.Peers.Count == 0 && !Discovery.IsOn
            ? _ring!.Joined.WaitAsync(AloneLimit, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>As <see cref="StartAsync"/>, without waiting: it joins meanwhile (<see cref="Joined"/>).</summary>
    /// <exception cref="HengeStartException">As there.</exception>
    /// <exception cref="InvalidOperationException">As there.</exception>
    public void Start()
    {
        lock (_lifetime)
        {
            if (_transport is not null || _stopping is not null)
            {
                throw new InvalidOperationException("A node starts once.");
            }
            ITransport transport = TransportFactory.Create(this);
            transport.Open();
            try
            {
                Snapshots = Options.DataDirectory is { } path ? new SnapshotKeeper(this, path) : null;
                Begin(transport);
            }
            catch
            {
                // Nothing runs yet, so this only closes what listens, and what is locked.
                Snapshots?.Dispose();
                transport.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
                throw;
            }
            _transport = transport;
            _maintenance.Start();
            _ready = true;
        }
        if (Options.Insecure && !Authenticator.IsRequired)
        {
            Log.Insecure(Logger);
        }
        Log.NodeStarted(Logger, Options.Name, NodeIdText, string.Join(", ", EndPoints));
    }

    /// <summary>
    /// Stops: accepts no more, carries out what has been received, sends the replies, closes; bounded by
    /// <see cref="ClientLimits.StopTimeout"/> and the token, after which what is left is cut. Safe to call again.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lifetime)
        {
            return _stopping ??= Task.Run(() => StopOnceAsync(cancellationToken), CancellationToken.None);
        }
    }

    /// <summary>Stops without waiting for clients longer than the limits say, and gives all memory back.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            Entries.Dispose();
            Authenticator.Dispose();
            Discovery.Dispose();
            Store.Dispose();
        }
    }

    /// <summary>As <see cref="DisposeAsync"/>, for containers that are disposed so; it blocks.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private MemberId IdAt(IPEndPoint listening) => MemberId.Of(
        Options.IsNamed ? Options.Name : Options.Advertise ?? listening.ToString());

    /// <summary>
    /// The address is known now, so the node knows who it is; the lanes of its loops go by the ring.
    /// </summary>
    private void Begin(ITransport transport)
    {
        var ring = new RingHost(this, transport.EndPoints, transport.Lanes);
        NodeId = ring.Snapshot.Self.Id;
        Ring = ring;
        transport.Start();
        ring.Start();
        Snapshots?.Start(ring);
        _ring = ring;
        Discovery.Start(ring);
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LeaveAndCloseAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Entries.Stop();
            Snapshots?.Dispose();
        }
    }

    private async Task LeaveAndCloseAsync(CancellationToken cancellationToken)
    {
        bool served = _ready;
        _ready = false;
        if (served)
        {
            Log.NodeStopping(Logger, Options.Name);
        }
        Task withdrawn = Discovery.StopAsync();
        if (_ring is not null)
        {
            // Clients are served until others hold what this node held.
            await _ring.LeaveAsync(cancellationToken).ConfigureAwait(false);
        }
        await withdrawn.ConfigureAwait(false);
        bool isHandedOver = _ring is { HasHandedOver: true };
        if (Snapshots is not null)
        {
            await Snapshots.EndReadingAsync(isHandedOver, cancellationToken).ConfigureAwait(false);
        }
        if (_transport is not null)
        {
            await _transport.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        if (_ring is not null)
        {
            await _ring.StopAsync().ConfigureAwait(false);
        }
        if (Snapshots is not null)
        {
            await Snapshots.FinishAsync(isHandedOver, cancellationToken).ConfigureAwait(false);
        }
        await _maintenance.DisposeAsync().ConfigureAwait(false);
        if (served)
        {
            Log.NodeStopped(Logger, Options.Name);
        }
    }
}
