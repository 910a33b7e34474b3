using System.Runtime.CompilerServices;

namespace Henge.Storage.Entries;

/// <summary>
/// One entry in memory, seen through its address. It owns nothing: the address is good while the shard's lock is held
/// and no write to the shard has come between.
/// <code>
///  0  u32 neighbour towards newer   4  u32 neighbour towards older   (queues of the eviction order)
///  8  u64 version
/// 16  u32 key length 8 | value length 14 | type 3 | expiry 1 | external 1 | attributes 1 | queue 2 | frequency 2
/// 20  if expiry:     u32 wheel previous, u32 wheel next, 48-bit deadline in unix ms             14 bytes
///     if wide:       u32 key length, u32 value length (the packed key length says 255)           8 bytes
///     if attributes: u16 their length                                                            2 bytes
///     if external:   u64 address of the extent that holds the payload                            8 bytes
///     payload: key, attributes, value
/// </code>
/// A 16-byte key with a 100-byte value takes 136 bytes, with an expiry 150, rounded to 152. A free slot has type 0, a
/// tombstone type 7; a tombstone has key and version only, and its neighbours are those in the shard's tombstones.
/// Words after byte 20 are unaligned on purpose: the bytes saved are worth more than the cycle.
/// </summary>
internal readonly unsafe struct Entry
{
    /// <summary>Bytes of the header that every entry has.</summary>
    public const int FixedBytes = 20;

    /// <summary>Bytes of wheel links and deadline.</summary>
    public const int ExpiryBytes = 14;

    /// <summary>Bytes of lengths that do not fit the packed word.</summary>
    public const int WideBytes = 8;

    /// <summary>Bytes of the attributes' length.</summary>
    public const int AttributeLengthBytes = 2;

    /// <summary>Bytes of an extent's address.</summary>
    public const int PointerBytes = 8;

    /// <summary>Packed key length that says "wide"; shorter keys are packed.</summary>
    public const int WideKey = 255;

    /// <summary>Largest type that an entry may have; the next marks a tombstone.</summary>
    public const EntryType LargestType = Tombstone - 1;

    /// <summary>Latest deadline that can be kept (the year 10889); later ones are clamped to it.</summary>
    public const long LatestDeadlineMs = (1L << 48) - 1;

    private const EntryType Tombstone = (EntryType)7;
    private const uint KeyMask = 0xFF;
    private const int ValueShift = 8;
    private const uint ValueMask = 0x3FFF;
    private const int TypeShift = 22;
    private const uint TypeMask = 7;
    private const uint TombstoneTypeBit = 4u << TypeShift;
    private const uint ExpiryFlag = 1u << 25;
    private const uint ExternalFlag = 1u << 26;
    private const uint AttributesFlag = 1u << 27;
    private const int QueueShift = 28;
    private const int FrequencyShift = 30;
    private const uint OrderMask = 0xFu << QueueShift;

    private readonly byte* _address;

    /// <summary>Sees the bytes at <paramref name="address"/> as an entry.</summary>
    public Entry(byte* address) => _address = address;

    /// <summary>First byte.</summary>
    public byte* Address => _address;

    /// <summary>Handle of the next newer entry in its queue; 0 for none.</summary>
    public ref uint Newer => ref *(uint*)_address;

    /// <summary>Handle of the next older entry in its queue; 0 for none.</summary>
    public ref uint Older => ref *(uint*)(_address + 4);

    /// <summary>Version.</summary>
    public ref ulong Version => ref *(ulong*)(_address + 8);

    /// <summary>What the value means; <see cref="EntryType.None"/> marks a free slot.</summary>
    public EntryType Type => (EntryType)(Packed >> TypeShift & TypeMask);

    /// <summary>Whether it is a tombstone.</summary>
    public bool IsTombstone => Type == Tombstone;

    /// <summary>
    /// Whether it may be a tombstone, past its deadline or stale: one test lets through whatever is surely live.
    /// </summary>
    public bool MayBeGone => (Packed & (ExpiryFlag | TombstoneTypeBit | AttributesFlag)) != 0;

    /// <summary>Whether it has attributes.</summary>
    public bool HasAttributes => (Packed & AttributesFlag) != 0;

    /// <summary>Whether it has a deadline, and so the wheel's links.</summary>
    public bool HasExpiry => (Packed & ExpiryFlag) != 0;

    /// <summary>Whether the payload is in an extent.</summary>
    public bool External => (Packed & ExternalFlag) != 0;

    /// <summary>Which queue of the eviction order it is in, 0 to 3.</summary>
    public int Queue
    {
        get => (int)(Packed >> QueueShift & 3);
        set => Packed = Packed & ~(3u << QueueShift) | (uint)value << QueueShift;
    }

    /// <summary>Frequency the eviction order keeps, 0 to 3.</summary>
    public int Frequency
    {
        get => (int)(Packed >> FrequencyShift & 3);
        set => Packed = Packed & ~(3u << FrequencyShift) | (uint)value << FrequencyShift;
    }

    /// <summary>Wheel list: previous entry or list number; only with an expiry.</summary>
    public ref uint WheelPrevious => ref *(uint*)(_address + FixedBytes);

    /// <summary>Wheel list: next entry, 0 for none; only with an expiry.</summary>
    public ref uint WheelNext => ref *(uint*)(_address + FixedBytes + 4);

    /// <summary>Deadline in unix ms; 0 for none.</summary>
    public long ExpiresAtMs => HasExpiry
        ? *(uint*)(_address + FixedBytes + 8) | (long)*(ushort*)(_address + FixedBytes + 12) << 32
        : 0;

    /// <summary>Length of the key.</summary>
    public int KeyBytes
    {
        get
        {
            uint packed = Packed & KeyMask;
            return packed != WideKey ? (int)packed : *(int*)WideAt;
        }
    }

    /// <summary>Length of the value.</summary>
    public int ValueBytes => (Packed & KeyMask) != WideKey
        ? (int)(Packed >> ValueShift & ValueMask)
        : *(int*)(WideAt + 4);

    /// <summary>Length of the attributes.</summary>
    public int AttributeBytes => (Packed & AttributesFlag) != 0 ? *(ushort*)AttributesAt : 0;

    /// <summary>Key, into the store.</summary>
    public ReadOnlySpan<byte> Key => new(Payload, KeyBytes);

    /// <summary>Attributes, into the store.</summary>
    public ReadOnlySpan<byte> Attributes => new(Payload + KeyBytes, AttributeBytes);

    /// <summary>Value, into the store.</summary>
    public Span<byte> Value
    {
        get
        {
            uint packed = Packed;
            if ((packed & (ExternalFlag | AttributesFlag)) == 0 && (packed & KeyMask) != WideKey)
            {
                int keyAt = FixedBytes + ((packed & ExpiryFlag) != 0 ? ExpiryBytes : 0);
                return new(_address + keyAt + (packed & KeyMask), (int)(packed >> ValueShift & ValueMask));
            }
            return new(Payload + KeyBytes + AttributeBytes, ValueBytes);
        }
    }

    /// <summary>The entry's shape.</summary>
    public EntryShape Shape => new(KeyBytes, AttributeBytes, ValueBytes, HasExpiry);

    /// <summary>Length of the payload.</summary>
    public long PayloadBytes => (long)KeyBytes + AttributeBytes + ValueBytes;

    /// <summary>First byte of the payload: in the slot, or in the extent that the entry owns.</summary>
    public byte* Payload => External ? *(byte**)PointerAt : PointerAt;

    private ref uint Packed => ref *(uint*)(_address + 16);

    private byte* WideAt => _address + FixedBytes + (HasExpiry ? ExpiryBytes : 0);

    private byte* AttributesAt => WideAt + ((Packed & KeyMask) == WideKey ? WideBytes : 0);

    private byte* PointerAt => AttributesAt + ((Packed & AttributesFlag) != 0 ? AttributeLengthBytes : 0);

    /// <summary>What a deadline is kept as; 0 stays none.</summary>
    public static long KeptDeadline(long expiresAtMs) =>
        expiresAtMs == 0 ? 0 : Math.Clamp(expiresAtMs, 1, LatestDeadlineMs);

    /// <summary>Marks a slot as free, so that who walks a page passes over it.</summary>
    public void MarkFree() => Packed = 0;

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsExpired(long nowMs) => HasExpiry && ExpiresAtMs <= nowMs;

    /// <summary>Whether this is the entry of <paramref name="key"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasKey(ReadOnlySpan<byte> key)
    {
        uint packed = Packed;
        if ((packed & (ExternalFlag | AttributesFlag)) != 0 || (packed & KeyMask) == WideKey)
        {
            return key.SequenceEqual(Key);
        }
        int keyAt = FixedBytes + ((packed & ExpiryFlag) != 0 ? ExpiryBytes : 0);
        return (int)(packed & KeyMask) == key.Length
            && key.SequenceEqual(new ReadOnlySpan<byte>(_address + keyAt, key.Length));
    }

    /// <summary>
    /// Writes the header of a shape, keeping links, version and the eviction order's bits, in a slot that the caller
    /// has taken for it. The payload is the caller's to write, or already there.
    /// </summary>
    /// <param name="shape">The shape.</param>
    /// <param name="type">The type.</param>
    /// <param name="extent">The extent of the payload, which the entry then owns; null when inline.</param>
    public void WriteHeader(EntryShape shape, EntryType type, byte* extent)
    {
        bool wide = shape.Wide;
        Packed = Packed & OrderMask | (uint)type << TypeShift
            | (wide ? WideKey : (uint)shape.KeyBytes | (uint)shape.ValueBytes << ValueShift)
            | (shape.HasExpiry ? ExpiryFlag : 0) | (extent != null ? ExternalFlag : 0)
            | (shape.AttributeBytes > 0 ? AttributesFlag : 0);
        if (wide)
        {
            *(int*)WideAt = shape.KeyBytes;
            *(int*)(WideAt + 4) = shape.ValueBytes;
        }
        if (shape.AttributeBytes > 0)
        {
            *(ushort*)AttributesAt = (ushort)shape.AttributeBytes;
        }
        if (extent != null)
        {
            *(byte**)PointerAt = extent;
        }
    }

    /// <summary>
    /// Writes a tombstone: the header, and a key, which may lie in this very slot, behind where it goes. The caller has
    /// taken the slot; what it held is lost.
    /// </summary>
    public void WriteTombstone(ReadOnlySpan<byte> key, ulong version)
    {
        int headerBytes = new EntryShape(key.Length, 0, 0, HasExpiry: false).HeaderBytes;
        key.CopyTo(new Span<byte>(_address + headerBytes, key.Length));
        Packed = 0;
        WriteHeader(new EntryShape(key.Length, 0, 0, HasExpiry: false), Tombstone, extent: null);
        Version = version;
    }

    /// <summary>Copies a whole slot: an entry moves with all its links, and the other slot is then dead.</summary>
    public void CopySlot(Entry other, int bytes) => Buffer.MemoryCopy(other._address, _address, bytes, bytes);

    /// <summary>Gives a value that stays in its place a new length.</summary>
    public void SetValueBytes(int length)
    {
        if ((Packed & KeyMask) != WideKey)
        {
            Packed = Packed & ~(ValueMask << ValueShift) | (uint)length << ValueShift;
        }
        else
        {
            *(int*)(WideAt + 4) = length;
        }
    }

    /// <summary>Changes the type.</summary>
    public void SetType(EntryType type) => Packed = Packed & ~(TypeMask << TypeShift) | (uint)type << TypeShift;

    /// <summary>Writes the deadline; only with an expiry.</summary>
    public void SetDeadline(long unixMs)
    {
        *(uint*)(_address + FixedBytes + 8) = (uint)unixMs;
        *(ushort*)(_address + FixedBytes + 12) = (ushort)(unixMs >> 32);
    }

    /// <summary>Copies links, version and the eviction order's bits from the entry that this one replaces.</summary>
    public void InheritFrom(Entry old)
    {
        Newer = old.Newer;
        Older = old.Older;
        Version = old.Version;
        Packed = old.Packed & OrderMask;
    }
}
