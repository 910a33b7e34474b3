using Henge.Storage.Arenas;
using Henge.Storage.Entries;
using Henge.Storage.Eviction;
using Henge.Storage.Figures;
using Henge.Storage.Indexing;
using Henge.Storage.Regions;
using Henge.Storage.Sizing;
using Henge.Storage.Slots;

namespace Henge.Storage.Shards;

/// <summary>What the shards of one store have in common.</summary>
internal sealed class StoreCore : IDisposable
{
    private const int TurnsEach = 8;

    // 256 salts, 16 apart: two nodes differ in most of a millisecond's first versions, and 60,000 are left to count.
    private const ulong SaltMask = 0xFF;
    private const int SaltShift = 4;
    private readonly StoreOptions _options;
    private ulong _flushVersion;
    private long _nowMs;

    /// <summary>Creates what a store of the given options and number of shards needs.</summary>
    public StoreCore(StoreOptions options, int shardBits, long addressBytes)
    {
        _options = options;
        ShardBits = shardBits;
        AddressBytes = addressBytes;
        Eviction = options.Eviction;
        Memory = new MemoryBudget(options.MemoryBytes);
        Entries = new EntryBudget(options.MaxEntries);
        Hasher = new KeyHasher(options.HashSeed);
        Extents = new ExtentSpace(Memory, addressBytes);
        LargePages = options.MemoryBytes >> shardBits >= 4 * NativeMemoryRegion.LargePageBytes;
        MaxValueBytes = options.MaxValueBytes;
        DepartureBytes = options.RemembersDepartures
            ? options.MemoryBytes / Departures.MemoryShare >> shardBits
            : 0;
        SizingBytes = options.SimulatesSizes
            ? ShardSizing.BytesFor(options.MemoryBytes) >> shardBits
            : 0;
        NotesTops = options.NotesTops;
        Slots = options.Slots is null ? null : new SlotTable(options.Slots, options.SlotCount);
        VersionSalt = (Hasher.Hash("version"u8) & SaltMask) << SaltShift;
        VersionsIgnoreStored = options.VersionsIgnoreStored;
        MergesLastArrival = options.MergesLastArrival;
    }

    /// <summary>Bits of a hash that choose the shard.</summary>
    public int ShardBits { get; }

    /// <summary>Addresses that one arena or extent class may reserve.</summary>
    public long AddressBytes { get; }

    /// <summary>Whether shards are large enough that a partly used large page is small beside them.</summary>
    public bool LargePages { get; }

    /// <summary>Who is evicted.</summary>
    public EvictionPolicy Eviction { get; }

    /// <summary>Longest value.</summary>
    public int MaxValueBytes { get; }

    /// <summary>What each shard may take to remember why entries went.</summary>
    public long DepartureBytes { get; }

    /// <summary>What each shard may take to simulate other sizes of memory.</summary>
    public long SizingBytes { get; }

    /// <inheritdoc cref="StoreOptions.NotesTops"/>
    public bool NotesTops { get; }

    /// <summary>The bound on bytes.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>The bound on entries.</summary>
    public EntryBudget Entries { get; }

    /// <summary>The keyed hash.</summary>
    public KeyHasher Hasher { get; }

    /// <summary>Large payloads.</summary>
    public ExtentSpace Extents { get; }

    /// <summary>Counts and floors of slots; null in a store without slots.</summary>
    public SlotTable? Slots { get; }

    /// <summary>Where the counter of a fresh millisecond starts in versions.</summary>
    public ulong VersionSalt { get; }

    /// <inheritdoc cref="StoreOptions.VersionsIgnoreStored"/>
    public bool VersionsIgnoreStored { get; }

    /// <inheritdoc cref="StoreOptions.MergesLastArrival"/>
    public bool MergesLastArrival { get; }

    /// <inheritdoc cref="Store.ChangeSink"/>
    public IChangeSink? ChangeSink { get; set; }

    /// <inheritdoc cref="Store.Staleness"/>
    public IStaleness? Staleness { get; set; }

    /// <summary>
    /// Whether entries from before are still being read, so that a key that is not here may be there in a moment.
    /// </summary>
    public bool IsLoading { get; set; }

    /// <inheritdoc cref="Store.KeepsTombstones"/>
    public bool KeepsTombstones { get; set; }

    /// <inheritdoc cref="Store.TombstonesForAbsent"/>
    public bool TombstonesForAbsent { get; set; }

    /// <inheritdoc cref="Store.TombstoneHorizon"/>
    public ulong TombstoneHorizon { get; set; }

    /// <inheritdoc cref="Store.FlushVersion"/>
    public ulong FlushVersion => Volatile.Read(ref _flushVersion);

    /// <summary>The moment of the last tick, for figures that need no better clock; any thread may ask.</summary>
    public long NowMs => Volatile.Read(ref _nowMs);

    /// <summary>All shards, in the order of locking.</summary>
    public Shard[] Shards { get; set; } = [];

    /// <summary>Raises <see cref="FlushVersion"/>; false when it was as high already.</summary>
    public bool TryRaiseFlushVersion(ulong version)
    {
        ulong before = FlushVersion;
        while (before < version)
        {
            ulong seen = Interlocked.CompareExchange(ref _flushVersion, version, before);
            if (seen == before)
            {
                return true;
            }
            before = seen;
        }
        return false;
    }

    /// <summary>Whether an entry's deadline has passed, or it is stale.</summary>
    public bool HasEnded(Entry entry, long nowMs) => entry.IsExpired(nowMs)
        || (entry.HasAttributes && Staleness is { } staleness && staleness.IsStale(entry.Attributes, entry.Version));

    /// <summary>As above, of a record that another node has.</summary>
    public bool HasEnded(in EntryRecord record, long nowMs) => record.ExpiresAtMs != 0 && record.ExpiresAtMs <= nowMs
        || (!record.Attributes.IsEmpty && Staleness is { } staleness
            && staleness.IsStale(record.Attributes, record.Version));

    /// <summary>What a new version must be above, beside what is there, for an entry with these attributes.</summary>
    public ulong StaleUpTo(ReadOnlySpan<byte> attributes) =>
        attributes.IsEmpty || Staleness is not { } staleness ? 0 : staleness.StaleUpTo(attributes);

    /// <summary>
    /// Makes another shard than <paramref name="self"/>, whose lock the caller holds, give memory up.
    /// Shards busy with something else are passed over, since waiting for them here could deadlock. What is warm goes
    /// last.
    /// </summary>
    /// <returns>False when no other shard could.</returns>
    public bool TryGiveBackElsewhere(Shard self)
    {
        for (int i = 0; i < Shards.Length; i++)
        {
            Shard other = NextVictim(self);
            if (other == self || !other.Lock.TryEnter())
            {
                continue;
            }
            bool given = other.Reclaimer.TryGiveBack(keep: 0);
            other.Lock.Exit();
            if (given)
            {
                return true;
            }
        }
        return Extents.TryReleaseWarm();
    }

    /// <summary>
    /// Makes the shards, <paramref name="self"/> among them, give up memory in turn, each the same number of bytes:
    /// what
    /// a large payload costs is shared, not paid by the shard it happens to fall to. A shard that had to give more than
    /// its part (one entry may be long) passes its next turns.
    /// </summary>
    /// <returns>False when nothing was left to give but <paramref name="keep"/>.</returns>
    public bool TryGiveBackInTurn(Shard self, uint keep, long bytes)
    {
        long part = Math.Max(SizeClasses.PageBytes, bytes / Shards.Length);
        for (int turn = 0; turn < Shards.Length * TurnsEach; turn++)
        {
            Shard next = NextVictim(self);
            if (!next.Lock.TryEnter())
            {
                continue;
            }
            long given = 0;
            if (next.GivenAhead >= part)
            {
                next.GivenAhead -= part;
            }
            else
            {
                given = next.Reclaimer.GiveBack(next == self ? keep : 0, part);
                next.GivenAhead += Math.Max(0, given - part);
            }
            next.Lock.Exit();
            if (given > 0)
            {
                return true;
            }
        }
        return TryGiveBackElsewhere(self) || self.Reclaimer.TryGiveBack(keep);
    }

    /// <summary>As <see cref="TryGiveBackElsewhere"/>, for one entry of the bound on entries.</summary>
    public bool TryEvictElsewhere(Shard self)
    {
        for (int i = 0; i < Shards.Length; i++)
        {
            Shard other = NextVictim(self);
            if (other == self || !other.Lock.TryEnter())
            {
                continue;
            }
            bool evicted = other.Reclaimer.TryEvict(keep: 0);
            other.Lock.Exit();
            if (evicted)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>How many shards a store of these options would have with so much memory.</summary>
    public int ShardsWith(long memoryBytes) => _options.ChooseShards(Environment.ProcessorCount, memoryBytes);

    /// <summary>Moves the clocks of all shards on to a version, however far.</summary>
    public void AdvanceAll(ulong version)
    {
        foreach (Shard shard in Shards)
        {
            shard.Lock.Enter();
            shard.Versions.Advance(version, farthest: version);
            shard.Lock.Exit();
        }
    }

    /// <summary>Sets <see cref="NowMs"/>, and gives memory back that nobody uses.</summary>
    public void Tick(long nowMs)
    {
        Volatile.Write(ref _nowMs, nowMs);
        Extents.Tick(nowMs);
    }

    private Shard NextVictim(Shard self)
    {
        Shard next = Shards[self.NextVictimShard & (Shards.Length - 1)];
        self.NextVictimShard = (next.Number + 1) & (Shards.Length - 1);
        return next;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Shard shard in Shards)
        {
            shard.Dispose();
        }
        Extents.Dispose();
    }
}
