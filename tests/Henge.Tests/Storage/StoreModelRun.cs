using System.Text;

using Henge.Storage;

using Xunit;

namespace Henge.Tests.Storage;

/// <summary>Random operations on a store and on a dictionary side by side, compared after each.</summary>
internal sealed class StoreModelRun(Store store, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, ModelEntry> _model = [];
    private long _nowMs = 1_700_000_000_000;
    private long _latestMs;
    private ulong _lastVersion;

    /// <summary>Whether the store may have fewer entries than the model.</summary>
    public bool MayEvict { get; init; }

    /// <summary>One operation on one random key.</summary>
    public void Step()
    {
        string suffix = _random.Next(50) == 0 ? new string('x', 300) : "";
        string name = "key:" + _random.Next(_random.Next(4) == 0 ? 20 : 3000) + suffix;
        byte[] key = Encoding.UTF8.GetBytes(name);
        int what = _random.Next(100);
        if (what < 3)
        {
            AdvanceClock();
        }
        using EntryScope scope = store.Open(key, _nowMs);
        Compare(name, scope);
        switch (what)
        {
            case < 40: Set(name, scope); break;
            case < 50: Resize(name, scope); break;
            case < 60: SetExpiry(name, scope); break;
            case < 70: Delete(name, scope); break;
            case < 75: Change(name, scope); break;
            default: scope.Read(); break;
        }
        Compare(name, scope);
    }

    /// <summary>Compares every key of the model.</summary>
    public void CompareAll()
    {
        foreach (string name in _model.Keys.ToArray())
        {
            using EntryScope scope = store.Open(Encoding.UTF8.GetBytes(name), _nowMs);
            Compare(name, scope);
        }
    }

    private void AdvanceClock()
    {
        _nowMs += _random.Next(10) switch
        {
            0 => -_random.Next(5000),
            1 => _random.Next(100_000_000),
            _ => _random.Next(2000),
        };
        _latestMs = Math.Max(_latestMs, _nowMs);
        while (store.Tick(_nowMs))
        {
        }
    }

    private byte[] RandomBytes()
    {
        int length = _random.Next(20) switch
        {
            0 => _random.Next(200_000),
            1 => _random.Next(16_200, 16_500),
            < 5 => _random.Next(16_000),
            < 8 => 0,
            _ => _random.Next(300),
        };
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private long RandomDeadline() => _random.Next(5) switch
    {
        0 => _nowMs + _random.NextInt64(40_000_000_000),
        1 => _nowMs + _random.Next(100_000),
        2 => _nowMs + _random.Next(1, 3000),
        _ => 0,
    };

    private void Set(string name, EntryScope scope)
    {
        byte[] value = RandomBytes();
        byte[] attributes = _random.Next(4) == 0 ? new byte[_random.Next(40)] : [];
        long deadline = RandomDeadline();
        EntryType type = _random.Next(2) == 0 ? EntryType.String : EntryType.Hash;
        if (Done(scope.Set(type, value, deadline, attributes)))
        {
            _model[name] = new ModelEntry(type, value, attributes, deadline);
        }
    }

    private void Resize(string name, EntryScope scope)
    {
        _model.TryGetValue(name, out ModelEntry? old);
        int length = _random.Next(3) == 0 || old is null ? RandomBytes().Length : old.Value.Length + _random.Next(20);
        if (Done(scope.Resize(EntryType.String, length, out Span<byte> value)))
        {
            Assert.Equal(length, value.Length);
            byte[] expected = old?.Value ?? [];
            Array.Resize(ref expected, length);
            old ??= new ModelEntry(EntryType.String, expected, [], 0);
            _model[name] = old with { Value = expected };
        }
    }

    private void SetExpiry(string name, EntryScope scope)
    {
        long deadline = RandomDeadline();
        if (scope.Found && Done(scope.SetExpiry(deadline)))
        {
            _model[name] = _model[name] with { ExpiresAtMs = deadline };
        }
    }

    private void Delete(string name, EntryScope scope)
    {
        bool found = scope.Found;
        Assert.Equal(found, scope.Delete());
        _model.Remove(name);
    }

    private void Change(string name, EntryScope scope)
    {
        if (scope.Value.Length > 0)
        {
            int at = _random.Next(scope.Value.Length);
            scope.WritableValue[at] ^= 0x5A;
            scope.Modified();
            _model[name].Value[at] ^= 0x5A;
            CheckVersion(scope.Version);
        }
    }

    private bool Done(WriteResult result)
    {
        Assert.True(result == WriteResult.Ok || MayEvict, $"{result}, seed {seed}");
        return result == WriteResult.Ok;
    }

    private void CheckVersion(ulong version)
    {
        if (store.ShardCount == 1)
        {
            Assert.True(version > _lastVersion, $"versions must grow, seed {seed}");
            _lastVersion = version;
        }
    }

    private void Compare(string name, EntryScope scope)
    {
        if (_model.TryGetValue(name, out ModelEntry? expected) && expected.IsExpired(_nowMs))
        {
            _model.Remove(name);
            expected = null;
        }
        // When the clock went back, an entry that had expired by the later clock may be gone already.
        bool mayBeGone = MayEvict || (expected is not null && expected.IsExpired(_latestMs));
        if (!scope.Found && mayBeGone)
        {
            _model.Remove(name);
            return;
        }
        Assert.True(scope.Found == (expected is not null), $"found {scope.Found}, seed {seed}");
        if (expected is not null)
        {
            Assert.Equal(expected.Type, scope.Type);
            Assert.True(expected.Value.AsSpan().SequenceEqual(scope.Value), $"value of {name}, seed {seed}");
            bool sameAttributes = expected.Attributes.AsSpan().SequenceEqual(scope.Attributes);
            Assert.True(sameAttributes, $"attributes of {name}, seed {seed}");
            Assert.Equal(expected.ExpiresAtMs, scope.ExpiresAtMs);
        }
    }

    private sealed record ModelEntry(EntryType Type, byte[] Value, byte[] Attributes, long ExpiresAtMs)
    {
        public bool IsExpired(long nowMs) => ExpiresAtMs != 0 && ExpiresAtMs <= nowMs;
    }
}
