namespace Henge.Tests.Tidy;

/// <summary>The working copy the tests were built from, found from where the test assembly lies.</summary>
internal static class Repository
{
    private static readonly EnumerationOptions Everywhere = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = 0,
    };

    private static readonly string[] Built = ["bin", "obj", "node_modules", "artifacts", ".git"];

    /// <summary>Absolute path of the repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file of src, tests and bench that a person wrote.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. Files("*.cs").Where(IsSource).Select(path => new SourceFile(Root, path))];

    /// <summary>Files of a pattern anywhere in the repository but in what tools built, relative to the root.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, Everywhere)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => Built.Contains(part)))
            .Order(StringComparer.Ordinal);

    private static bool IsSource(string path) =>
        path.StartsWith("src/", StringComparison.Ordinal)
        || path.StartsWith("tests/", StringComparison.Ordinal)
        || path.StartsWith("bench/", StringComparison.Ordinal);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Henge.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No Henge.slnx above the test assembly.");
    }
}
