using System.Text.RegularExpressions;
using System.Xml.Linq;

using Henge.Tests.Tidy;

using Xunit;

namespace Henge.Tests;

/// <summary>Keeps the house tidy: the style rules no compiler checks, each a test that names every offender.</summary>
public sealed partial class TidyTests
{
    private const int MaxFileLines = 400;
    private const int MaxMethodLines = 70;
    private const int MaxColumns = 120;
    private const int MaxFolderFiles = 15;

    private static readonly string[] Vague =
        ["Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Base", "Info", "Data"];

    // Source generators write the other half of these types; nothing else may be in parts.
    private static readonly string[] Generators =
        ["[LibraryImport", "[LoggerMessage", "[JsonSerializable", "[GeneratedRegex"];

    // DESIGN's arrows. A project may reference these and nothing else of ours.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Henge.Storage"] = [],
        ["Henge.Protocol"] = [],
        ["Henge.Cluster"] = ["Henge.Storage"],
        ["Henge"] = ["Henge.Cluster", "Henge.Protocol", "Henge.Storage"],
        ["Henge.AspNetCore"] = ["Henge", "Henge.Cluster", "Henge.Protocol", "Henge.Storage"],
        ["Henge.Server"] = ["Henge.AspNetCore", "Henge", "Henge.Cluster", "Henge.Protocol", "Henge.Storage"],
    };

    [Fact]
    public void Files_that_ship_stay_under_400_lines() =>
        Expect(Shipped().Where(f => f.Lines.Length >= MaxFileLines).Select(f => $"{f.Path}: {f.Lines.Length} lines"));

    [Fact]
    public void Methods_that_ship_stay_under_70_lines() =>
        Expect(
            from file in Shipped()
            from body in file.MemberBodies()
            where body.Length >= MaxMethodLines
            select $"{file.Path}:{body.Line}: {body.Length} lines");

    [Fact]
    public void Lines_end_by_column_120() =>
        Expect(
            from file in Repository.Sources
            from line in file.Lines.Index()
            where line.Item.Length > MaxColumns
            select $"{file.Path}:{line.Index + 1}: {line.Item.Length} columns");

    [Fact]
    public void Folders_that_ship_hold_fewer_than_15_files() =>
        Expect(Shipped()
            .GroupBy(f => f.Folder)
            .Where(g => g.Count() >= MaxFolderFiles)
            .Select(g => $"{g.Key}: {g.Count()} files"));

    [Fact]
    public void A_file_holds_one_type_and_bears_its_name() =>
        Expect(Repository.Sources
            .Where(f => f.Name != "Program" && (f.Types.Count != 1 || f.TypeName(f.Types[0]) != f.Name))
            .Select(f => $"{f.Path}: declares {string.Join(", ", f.Types.Select(f.TypeName))}"));

    [Fact]
    public void A_namespace_is_its_folder() =>
        Expect(
            from file in Repository.Sources
            let expected = "namespace " + file.Folder[(file.Folder.IndexOf('/') + 1)..].Replace('/', '.') + ";"
            let actual = file.Code.FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal))
            where file.Name != "Program" && actual != expected
            select $"{file.Path}: {actual ?? "no namespace"}, not {expected}");

    [Fact]
    public void No_regions() => Expect(Matches(Repository.Sources, Region()));

    [Fact]
    public void Only_types_a_generator_completes_are_partial() =>
        Expect(
            from file in Repository.Sources
            where file.Code.Any(l => Partial().IsMatch(l))
            where !file.Code.Any(l => Generators.Any(g => l.TrimStart().StartsWith(g, StringComparison.Ordinal)))
            select $"{file.Path}: partial without {string.Join(", ", Generators)}");

    [Fact]
    public void No_type_has_a_name_that_says_nothing() =>
        Expect(
            from file in Repository.Sources
            from name in file.AllTypeNames()
            from vague in Vague
            where name.EndsWith(vague, StringComparison.Ordinal)
            select $"{file.Path}: {name}");

    [Fact]
    public void Nothing_that_ships_is_left_for_later() =>
        Expect(
            from file in Shipped()
            from line in file.Lines.Index()
            where Unfinished().IsMatch(line.Item)
            select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}");

    [Fact]
    public void Nothing_sleeps() => Expect(Matches(Repository.Sources, Sleep()));

    [Fact]
    public void Unsafe_code_stays_in_storage_and_transport() =>
        Expect(Matches(
            Shipped().Where(f =>
                !f.Path.StartsWith("src/Henge.Storage/", StringComparison.Ordinal)
                && !f.Path.StartsWith("src/Henge/Transport/", StringComparison.Ordinal)),
            Unsafe()));

    [Fact]
    public void Every_type_that_ships_says_what_it_is() =>
        Expect(
            from file in Shipped()
            from line in file.Types
            where !IsDocumented(file, line)
            select $"{file.Path}:{line + 1}: {file.TypeName(line)} has no summary");

    [Fact]
    public void Projects_depend_one_way()
    {
        string[] projects = [.. Repository.Files("*.csproj").Where(p => p.StartsWith("src/"))];
        Assert.Equal(Arrows.Keys.Order(), projects.Select(p => Path.GetFileNameWithoutExtension(p)).Order());
        Expect(
            from path in projects
            let project = Path.GetFileNameWithoutExtension(path)
            from reference in XDocument.Load(Path.Combine(Repository.Root, path)).Descendants("ProjectReference")
            let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
            where !Arrows[project].Contains(target)
            select $"{project} -> {target}");
    }

    [Fact]
    public void Libraries_need_no_package_but_the_platforms_abstractions() =>
        Expect(
            from project in new[] { "Henge.Storage", "Henge.Protocol", "Henge.Cluster", "Henge", "Henge.AspNetCore" }
            let document = XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"))
            from reference in document.Descendants("PackageReference")
            where reference.Attribute("PrivateAssets")?.Value != "all"
            let name = reference.Attribute("Include")!.Value
            where !name.StartsWith("Microsoft.", StringComparison.Ordinal)
            select $"{project} -> {name}");

    [Fact]
    public void Every_link_in_the_documents_leads_somewhere() =>
        Expect(
            from path in Repository.Files("*.md")
            let text = File.ReadAllText(Path.Combine(Repository.Root, path))
            from Match link in Link().Matches(CodeBlock().Replace(text, ""))
            let target = link.Groups["target"].Value
            where !Leads(path, target)
            select $"{path}: {target}");

    [Fact]
    public void Lock_files_name_no_registry() =>
        Expect(
            from path in Repository.Files("package-lock.json")
            where File.ReadLines(Path.Combine(Repository.Root, path)).Any(l => l.Contains("\"resolved\": \"http"))
            select path);

    private static IEnumerable<SourceFile> Shipped() => Repository.Sources.Where(f => f.Ships);

    private static void Expect(IEnumerable<string> offenders)
    {
        string[] found = [.. offenders];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    private static IEnumerable<string> Matches(IEnumerable<SourceFile> files, Regex pattern) =>
        from file in files
        from line in file.Code.Index()
        where pattern.IsMatch(line.Item)
        select $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}";

    private static bool IsDocumented(SourceFile file, int line)
    {
        int above = line - 1;
        while (above >= 0 && file.Lines[above].StartsWith('['))
        {
            above--;
        }

        return above >= 0 && file.Lines[above].StartsWith("///", StringComparison.Ordinal);
    }

    private static bool Leads(string from, string target)
    {
        if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
        {
            return true;
        }

        string[] parts = target.Split('#', 2);
        string folder = Path.Combine(Repository.Root, Path.GetDirectoryName(from)!);
        string path = parts[0].Length == 0 ? Path.Combine(Repository.Root, from) : Path.Combine(folder, parts[0]);
        if (!Path.Exists(path))
        {
            return false;
        }

        return parts.Length == 1
            || !path.EndsWith(".md", StringComparison.Ordinal)
            || File.ReadLines(path).Any(l => l.StartsWith('#') && Anchor(l) == parts[1]);
    }

    // How forges turn a heading into an anchor: lower case, spaces to hyphens, punctuation dropped.
    private static string Anchor(string heading) =>
        string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant()
            .Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')
            .Select(c => c == ' ' ? '-' : c));

    [GeneratedRegex(@"^\s*#region")]
    private static partial Regex Region();

    [GeneratedRegex(@"\bpartial\s+(class|struct|record|interface)\b")]
    private static partial Regex Partial();

    [GeneratedRegex(@"\b(TODO|HACK|FIXME|XXX)\b|NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\bThread\.Sleep\(")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"\bunsafe\b(?!-)")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("(?ms)^```.*?^```|`[^`\n]*`")]
    private static partial Regex CodeBlock();
}
