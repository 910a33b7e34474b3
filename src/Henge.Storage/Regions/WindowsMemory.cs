using System.Runtime.InteropServices;

namespace Henge.Storage.Regions;

/// <summary>The kernel32 calls behind <see cref="NativeMemoryRegion"/> on Windows.</summary>
internal static unsafe partial class WindowsMemory
{
    private const uint CommitPages = 0x1000;
    private const uint ReservePages = 0x2000;
    private const uint DecommitPages = 0x4000;
    private const uint ReleasePages = 0x8000;
    private const uint NoAccess = 0x01;
    private const uint ReadWrite = 0x04;

    /// <summary>Reserves addresses; null when refused. The caller owns them until <see cref="Release"/>.</summary>
    public static byte* Reserve(long bytes) => (byte*)VirtualAlloc(0, (nuint)bytes, ReservePages, NoAccess);

    /// <summary>Gives part of a reservation, whose owner the caller is, memory.</summary>
    public static bool TryCommit(byte* address, long bytes) =>
        VirtualAlloc((nint)address, (nuint)bytes, CommitPages, ReadWrite) != 0;

    /// <summary>Takes the memory of part of a reservation away: it must be committed again before use.</summary>
    public static void Decommit(byte* address, long bytes) =>
        VirtualFree((nint)address, (nuint)bytes, DecommitPages);

    /// <summary>Ends a reservation: every pointer into it is dead.</summary>
    public static void Release(byte* address) => VirtualFree((nint)address, 0, ReleasePages);

    [LibraryImport("kernel32")]
    private static partial nint VirtualAlloc(nint address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualFree(nint address, nuint size, uint type);
}
