using Henge.Storage.Regions;

using Xunit;

namespace Henge.Tests.Storage.Regions;

public sealed unsafe class ExtentSpaceTests : IDisposable
{
    private const long Limit = 64L << 20;
    private const long Warm = Limit / 64;
    private readonly MemoryBudget _budget = new(Limit);
    private readonly ExtentSpace _space;

    public ExtentSpaceTests() => _space = new ExtentSpace(_budget, Limit);

    [Fact]
    public void What_is_freed_is_taken_again_with_its_memory()
    {
        byte* first = Take(20_000);
        new Span<byte>(first, 20_000).Fill(7);
        _space.Free(first, 20_000);
        Assert.Equal(20_480, _space.WarmBytes);
        Assert.Equal(20_480, _budget.Used);

        byte* second = Take(20_000);
        Assert.True(first == second);
        Assert.Equal(0, _space.WarmBytes);
        Assert.Equal(20_480, _budget.Used);
        // Pages that the system had taken back would be zero.
        Assert.Equal(7, second[19_999]);
    }

    [Fact]
    public void It_is_made_as_long_as_the_next_needs_it()
    {
        byte* extent = Take(20_000);
        _space.Free(extent, 20_000);
        extent = Take(30_000);
        new Span<byte>(extent, 30_000).Fill(1);
        Assert.Equal(32_768, _budget.Used);
        _space.Free(extent, 30_000);

        extent = Take(17_000);
        Assert.Equal(20_480, _budget.Used);
        Assert.Equal(0, _space.WarmBytes);
        // What was cut off is with the system again.
        Assert.Equal(0, extent[20_480]);
    }

    [Fact]
    public void No_more_is_kept_than_its_part_of_the_memory()
    {
        byte*[] extents = new byte*[2 * (int)(Warm / 65_536)];
        for (int i = 0; i < extents.Length; i++)
        {
            extents[i] = Take(65_536);
        }
        foreach (byte* extent in extents)
        {
            _space.Free(extent, 65_536);
        }
        Assert.Equal(Warm, _space.WarmBytes);
        Assert.Equal(Warm, _budget.Used);

        Assert.True(_space.TryReleaseWarm(70_000));
        Assert.Equal(Warm - 131_072, _budget.Used);
        Assert.True(_space.TryReleaseWarm());
        Assert.Equal(0, _budget.Used);
        Assert.False(_space.TryReleaseWarm());
    }

    [Fact]
    public void What_nobody_takes_for_a_second_goes()
    {
        _space.Tick(1_000);
        _space.Free(Take(40_000), 40_000);
        _space.Tick(2_000);
        Assert.Equal(0, _budget.Used);

        _space.Free(Take(40_000), 40_000);
        _space.Free(Take(40_000), 40_000);
        _space.Tick(2_999);
        Assert.Equal(40_960, _budget.Used);
        _space.Tick(3_000);
        Assert.Equal(40_960, _budget.Used);
        _space.Tick(4_000);
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public void A_place_that_cannot_grow_stays_warm()
    {
        _space.Free(Take(17_000), 17_000);
        Assert.True(_budget.TryTake(Limit - _budget.Used - 4_096));

        Assert.True(_space.TryTake(32_000) == null);
        Assert.Equal(20_480, _space.WarmBytes);
        Assert.Equal(Limit - 4_096, _budget.Used);
        Assert.False(_space.TryTake(24_000) == null);
        Assert.Equal(Limit, _budget.Used);
    }

    [Fact]
    public void Clearing_forgets_what_is_warm()
    {
        byte* kept = Take(50_000);
        _space.Free(Take(50_000), 50_000);
        kept[0] = 1;
        _space.Clear();
        Assert.Equal(0, _budget.Used);
        Assert.Equal(0, _space.WarmBytes);
        Assert.Equal(0, Take(50_000)[0]);
    }

    public void Dispose() => _space.Dispose();

    private byte* Take(long bytes)
    {
        byte* extent = _space.TryTake(bytes);
        Assert.True(extent != null);
        return extent;
    }
}
