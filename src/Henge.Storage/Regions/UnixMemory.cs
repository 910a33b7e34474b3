using System.Runtime.InteropServices;

namespace Henge.Storage.Regions;

/// <summary>
/// The four libc calls behind <see cref="NativeMemoryRegion"/> on Linux and macOS. Ranges are reserved without access
/// and without a claim on swap (so that a strict overcommit setting accepts them), then opened by mprotect.
/// </summary>
internal static unsafe partial class UnixMemory
{
    private const int ReadWrite = 3;
    private const int Private = 0x2;
    private const int LinuxAnonymousNoReserve = 0x20 | 0x4000;
    private const int MacAnonymousNoReserve = 0x1000 | 0x40;
    private const int LinuxDontNeed = 4;
    private const int MacFree = 5;
    private const int LinuxHugePage = 14;
    private const int LinuxNoHugePage = 15;

    /// <summary>Reserves addresses; null when refused. The caller owns them until <see cref="Release"/>.</summary>
    public static byte* Reserve(long bytes)
    {
        int flags = Private | (OperatingSystem.IsLinux() ? LinuxAnonymousNoReserve : MacAnonymousNoReserve);
        nint address = Map(0, (nuint)bytes, 0, flags, -1, 0);
        return address == -1 ? null : (byte*)address;
    }

    /// <summary>Opens part of a reservation, whose owner the caller is, for reading and writing.</summary>
    public static bool TryCommit(byte* address, long bytes) => Protect((nint)address, (nuint)bytes, ReadWrite) == 0;

    /// <summary>Frees the memory of part of a reservation; it stays readable. The caller owns the range.</summary>
    public static void Discard(byte* address, long bytes) =>
        Advise((nint)address, (nuint)bytes, OperatingSystem.IsLinux() ? LinuxDontNeed : MacFree);

    /// <summary>Asks for or against large pages; a kernel that grants none changes nothing.</summary>
    public static void AdviseLargePages(byte* address, long bytes, bool wanted)
    {
        if (bytes > 0 && OperatingSystem.IsLinux())
        {
            Advise((nint)address, (nuint)bytes, wanted ? LinuxHugePage : LinuxNoHugePage);
        }
    }

    /// <summary>Ends a reservation: every pointer into it is dead.</summary>
    public static void Release(byte* address, long bytes) => Unmap((nint)address, (nuint)bytes);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    // Advice may be refused and unmapping what was mapped cannot fail: there is nothing to do with the results.
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial void Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial void Unmap(nint address, nuint length);
}
