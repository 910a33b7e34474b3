using System.Numerics;
using System.Runtime.Intrinsics;

namespace Henge.Storage.Indexing;

/// <summary>
/// One cache line of the index, seen through its address; it owns nothing.
/// <code>
///  0  u32 number of the overflow bucket that goes on with this one; 0 for none
///  4  12 tags of one byte, 0 where the place is free
/// 16  12 handles of 4 bytes
/// </code>
/// </summary>
internal readonly unsafe struct BucketRef
{
    /// <summary>Size of a bucket.</summary>
    public const int Bytes = 64;

    /// <summary>Entries that fit one bucket.</summary>
    public const int Places = 12;

    private const int TagsAt = 4;
    private const uint AllPlaces = (1u << Places) - 1;
    private readonly byte* _address;

    /// <summary>Sees the line at <paramref name="address"/> as a bucket.</summary>
    public BucketRef(byte* address) => _address = address;

    /// <summary>Number of the next overflow bucket; 0 for none.</summary>
    public ref uint Link => ref *(uint*)_address;

    /// <summary>Places in use, one bit each.</summary>
    public uint Used => ~Matches(0) & AllPlaces;

    /// <summary>The first free place; <see cref="Places"/> or more when full.</summary>
    public int FirstFree => BitOperations.TrailingZeroCount(Matches(0));

    /// <summary>Places with a tag, one bit each.</summary>
    public uint Matches(byte tag) =>
        Vector128.Equals(Vector128.Load(_address), Vector128.Create(tag)).ExtractMostSignificantBits() >> TagsAt;

    /// <summary>The handle in a place.</summary>
    public ref uint Handle(int place) => ref ((uint*)(_address + 16))[place];

    /// <summary>The tag of a place.</summary>
    public byte Tag(int place) => _address[TagsAt + place];

    /// <summary>Fills a place.</summary>
    public void Put(int place, byte tag, uint handle)
    {
        _address[TagsAt + place] = tag;
        Handle(place) = handle;
    }

    /// <summary>Frees a place.</summary>
    public void Clear(int place) => _address[TagsAt + place] = 0;

    /// <summary>Frees all places and ends the chain.</summary>
    public void Reset() => new Span<byte>(_address, Bytes).Clear();
}
