using Henge.Values;

using Xunit;

namespace Henge.Tests.Values;

/// <summary>What the files of the kernel say, written by the test below a directory.</summary>
public sealed class MachineMemoryTests : IDisposable
{
    private const string Unlimited1 = "9223372036854771712";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("henge-cgroup-");

    public MachineMemoryTests() => Write("proc/meminfo", "MemTotal:       16384 kB\nMemFree:  1 kB\n");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Without_a_group_it_is_the_machines() => Assert.Equal(16384 << 10, Bytes());

    [Theory]
    [InlineData("1000000", "max", 1_000_000)]
    [InlineData("max", "900000", 900_000)]
    [InlineData("1000000", "900000", 900_000)]
    [InlineData("max", "max", 16384 << 10)]
    [InlineData("99999999999", "max", 16384 << 10)]
    [InlineData("nonsense", "", 16384 << 10)]
    public void The_second_version_has_two_limits(string max, string high, long expected)
    {
        Write("proc/self/cgroup", "0::/system.slice/henge.service\n");
        Write("sys/fs/cgroup/system.slice/henge.service/memory.max", max + "\n");
        Write("sys/fs/cgroup/system.slice/henge.service/memory.high", high + "\n");
        Assert.Equal(expected, Bytes());
    }

    [Fact]
    public void A_group_is_bounded_by_those_above()
    {
        Write("proc/self/cgroup", "0::/a/b/c\n");
        Write("sys/fs/cgroup/a/b/c/memory.max", "max\n");
        Write("sys/fs/cgroup/a/b/memory.max", "3000000\n");
        Write("sys/fs/cgroup/a/memory.high", "2000000\n");
        Assert.Equal(2_000_000, Bytes());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/kubepods/pod1/abc")]
    [InlineData("/../../outside")]
    public void In_a_container_the_limit_is_at_the_top(string path)
    {
        Write("proc/self/cgroup", $"0::{path}\n");
        Write("sys/fs/cgroup/memory.max", "5000000\n");
        Assert.Equal(5_000_000, Bytes());
    }

    [Fact]
    public void The_first_version_has_one()
    {
        Write("proc/self/cgroup", "5:cpu:/\n4:memory,hugetlb:/docker/abc\n1:name=systemd:/\n0::/\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", Unlimited1 + "\n");
        Assert.Equal(16384 << 10, Bytes());
        Write("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "7000000\n");
        Assert.Equal(7_000_000, Bytes());
    }

    [Fact]
    public void Where_nothing_can_be_read_the_runtime_is_asked()
    {
        File.Delete(Path.Combine(_root.FullName, "proc/meminfo"));
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Bytes());
    }

    private long Bytes() => MachineMemory.BytesAt(_root.FullName);

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
