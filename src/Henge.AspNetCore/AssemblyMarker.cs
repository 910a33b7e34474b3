namespace Henge.AspNetCore;

internal static class AssemblyMarker;
