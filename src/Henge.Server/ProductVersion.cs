using System.Reflection;

namespace Henge.Server;

/// <summary>The version this build calls itself.</summary>
internal static class ProductVersion
{
    /// <summary>As in <c>0.1.0</c>: without the commit that the build appends.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        string full = typeof(ProductVersion).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        int plus = full.IndexOf('+');
        return plus < 0 ? full : full[..plus];
    }
}
