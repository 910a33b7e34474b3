using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Storage;

namespace Henge.Cluster.FirstLevels;

/// <summary>
/// Knows which entries of this process's first level are still current. An entry is, while all of this holds: its line
/// was not invalidated since before it was asked for; its owner's telling has no gap; and the moment up to which
/// everything the owner changed is known here, or the moment at which it was asked for, is at most
/// <see cref="ClusterOptions.CoherenceBoundMs"/> ago. A change of view here makes all entries old. Any thread.
/// </summary>
internal sealed class Reader(ClusterOptions options, Store store)
{
    // An owner from whom nothing was fetched for so long is asked no more; what is left of it is not current then.
    private const int KeptMs = 60_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<MemberId, Trust> _trusts = [];
    private readonly int _boundMs =
        (options.Bugs & PlantedBugs.TrustsSilence) == 0 ? options.CoherenceBoundMs : int.MaxValue;
    private LineTable? _lines;
    private int _epoch;

    /// <summary>
    /// Notes the moment before a key is asked for; give the stamp to <see cref="Complete"/> with the answer.
    /// </summary>
    public Stamp Begin(ReadOnlySpan<byte> key, long nowMs)
    {
        LineTable lines = Volatile.Read(ref _lines) ?? CreateLines();
        var line = Line.Of(key);
        // The epoch first: who sees the former one is told so by Complete.
        int epoch = Volatile.Read(ref _epoch);
        return new Stamp(null, epoch, line, lines[line], nowMs);
    }

    /// <summary>
    /// The stamp of an entry whose answer has come from its owner, which noted the interest in a generation (0: it did
    /// not; then the entry is never current).
    /// </summary>
    public Stamp Complete(in Stamp begun, MemberId owner, ulong generation)
    {
        lock (_lock)
        {
            if (generation == 0 || begun.Token != _epoch)
            {
                return begun;
            }
            Trust trust = Of(owner);
            Follow(trust, generation);
            if (generation != trust.Generation || trust.IsBroken)
            {
                return begun;
            }
            trust.UsedAtMs = Math.Max(trust.UsedAtMs, begun.FetchedAtMs);
            int number = (options.Bugs & PlantedBugs.KeepsOvertaken) == 0 ? begun.LineNumber : _lines![begun.Line];
            return begun with { Trust = trust, Token = trust.Token, LineNumber = number };
        }
    }

    /// <summary>Whether what was fetched with a stamp may still be served. No lock, nothing allocated.</summary>
    public bool IsCurrent(in Stamp stamp, long nowMs)
    {
        if (stamp.Trust is not { } trust)
        {
            return false;
        }
        // The moment first: what was invalidated before it shows in the two others.
        long knownUntilMs = Math.Max(trust.SyncedAtMs, stamp.FetchedAtMs);
        return nowMs - knownUntilMs <= _boundMs
            && trust.Token == stamp.Token
            && _lines![stamp.Line] == stamp.LineNumber;
    }

    /// <summary>Whether the line of a key was invalidated since it was asked for. Not a question of trust.</summary>
    public bool HasChanged(in Stamp stamp) => Volatile.Read(ref _lines)?[stamp.Line] != stamp.LineNumber;

    /// <summary>A key was or is being written through this process: it reads its own writes.</summary>
    public void Invalidate(ReadOnlySpan<byte> key) => Invalidate(Line.Of(key));

    /// <summary>A line has changed.</summary>
    public void Invalidate(Line line) => Volatile.Read(ref _lines)?.Invalidate(line);

    /// <summary>Another view is in force: who owned a key may not own it now.</summary>
    public void ViewChanged()
    {
        lock (_lock)
        {
            _epoch++;
            foreach (Trust trust in _trusts.Values)
            {
                trust.Void();
            }
            _trusts.Clear();
        }
    }

    /// <summary>
    /// The last control link with a member is down: what it would tell does not come. Where it tells on, it says from
    /// where.
    /// </summary>
    public void LinkDown(MemberId owner)
    {
        lock (_lock)
        {
            if (_trusts.TryGetValue(owner, out Trust? trust))
            {
                Break(trust);
            }
        }
    }

    /// <summary>Nothing of an owner's generations before this one is current.</summary>
    public void Ended(MemberId owner, ulong next)
    {
        lock (_lock)
        {
            if (_trusts.TryGetValue(owner, out Trust? trust))
            {
                Follow(trust, next);
            }
        }
    }

    /// <summary>All that this process itself has changed until now is known to it.</summary>
    public void Synced(MemberId self, long nowMs)
    {
        lock (_lock)
        {
            if (_trusts.TryGetValue(self, out Trust? trust))
            {
                trust.SyncedAtMs = nowMs;
            }
        }
    }

    /// <summary>Asks every owner in use to say up to where it has told.</summary>
    public void Ask(IClusterHost host, MemberId self, MessageWriter message, long nowMs)
    {
        lock (_lock)
        {
            List<MemberId>? unused = null;
            foreach (Trust trust in _trusts.Values)
            {
                if (trust.Owner == self)
                {
                    continue;
                }
                if (nowMs - trust.UsedAtMs > KeptMs)
                {
                    trust.Void();
                    (unused ??= []).Add(trust.Owner);
                    continue;
                }
                message.Begin(MessageKind.Sync);
                message.Int64(nowMs);
                message.UInt64(trust.Generation);
                message.Byte(trust.IsBroken ? (byte)1 : (byte)0);
                host.TrySend(trust.Owner, LinkKind.Control, message.Written);
            }
            unused?.ForEach(owner => _trusts.Remove(owner));
        }
    }

    /// <summary>An owner tells changed lines. False when that makes no sense.</summary>
    public bool ReceiveInvalidate(MemberId from, ref MessageReader reader)
    {
        ulong generation = reader.UInt64();
        uint sequence = reader.UInt32();
        if (reader.Failed || reader.Left % sizeof(uint) != 0)
        {
            return false;
        }
        lock (_lock)
        {
            while (reader.Left > 0)
            {
                uint line = reader.UInt32();
                if (line >= Line.Count)
                {
                    return false;
                }
                Invalidate(new Line((int)line));
            }
            Trust trust = Of(from);
            Follow(trust, generation);
            if (generation == trust.Generation)
            {
                Expect(trust, trust.Sequence + 1, sequence);
                trust.Sequence = sequence;
            }
            return true;
        }
    }

    /// <summary>An owner says up to where it has told. False when that makes no sense.</summary>
    public bool ReceiveSynced(MemberId from, ref MessageReader reader, long nowMs)
    {
        long askedAtMs = reader.Int64();
        ulong generation = reader.UInt64();
        uint sequence = reader.UInt32();
        if (!reader.IsDone || askedAtMs > nowMs || generation == 0)
        {
            return false;
        }
        lock (_lock)
        {
            if (_trusts.TryGetValue(from, out Trust? trust))
            {
                Follow(trust, generation);
                if (generation == trust.Generation)
                {
                    Expect(trust, trust.Sequence, sequence);
                    if (!trust.IsBroken)
                    {
                        trust.SyncedAtMs = Math.Max(trust.SyncedAtMs, askedAtMs);
                    }
                }
            }
            return true;
        }
    }

    private Trust Of(MemberId owner)
    {
        if (!_trusts.TryGetValue(owner, out Trust? trust))
        {
            trust = _trusts[owner] = new Trust(owner);
        }
        return trust;
    }

    // A later generation ends what was before it.
    private static void Follow(Trust trust, ulong generation)
    {
        if (generation > trust.Generation)
        {
            (trust.Generation, trust.Sequence, trust.IsBroken) = (generation, 0, false);
            trust.Void();
        }
    }

    private static void Expect(Trust trust, uint expected, uint came)
    {
        if (came != expected)
        {
            Break(trust);
        }
    }

    private static void Break(Trust trust)
    {
        trust.IsBroken = true;
        trust.Void();
    }

    private LineTable CreateLines()
    {
        lock (_lock)
        {
            if (_lines is null)
            {
                store.Charge(LineTable.Bytes);
                Volatile.Write(ref _lines, new LineTable());
            }
            return _lines!;
        }
    }
}
