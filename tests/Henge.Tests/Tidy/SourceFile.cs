using System.Text.RegularExpressions;

namespace Henge.Tests.Tidy;

/// <summary>One C# file of the repository as the style rules see it: lines, and code without comments.</summary>
internal sealed partial class SourceFile
{
    private readonly string[] _code;

    /// <summary>Reads a file whose path is given relative to the repository's root, with forward slashes.</summary>
    public SourceFile(string root, string path)
    {
        Path = path;
        Lines = File.ReadAllLines(System.IO.Path.Combine(root, path));
        _code = [.. Lines.Select(WithoutComment)];
        Types = [.. Enumerable.Range(0, Lines.Length).Where(i => TypeDeclaration().IsMatch(_code[i]))];
    }

    /// <summary>Path from the root, with forward slashes.</summary>
    public string Path { get; }

    /// <summary>Every line as written.</summary>
    public string[] Lines { get; }

    /// <summary>Every line without its comment, so that prose may name what code may not.</summary>
    public IReadOnlyList<string> Code => _code;

    /// <summary>Indexes of the lines that declare a top-level type.</summary>
    public IReadOnlyList<int> Types { get; }

    /// <summary>Whether the file ships: it is under src.</summary>
    public bool Ships => Path.StartsWith("src/", StringComparison.Ordinal);

    /// <summary>The file's name without folder and ending.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>Folder from the root, with forward slashes.</summary>
    public string Folder => Path[..Path.LastIndexOf('/')];

    /// <summary>Name of the type declared at a line.</summary>
    public string TypeName(int line) => TypeDeclaration().Match(_code[line]).Groups["name"].Value;

    /// <summary>Every type name declared in the file, nested ones too.</summary>
    public IEnumerable<string> AllTypeNames() =>
        _code.Select(l => AnyTypeDeclaration().Match(l)).Where(m => m.Success).Select(m => m.Groups["name"].Value);

    /// <summary>Bodies of top-level types' members as (line of the opening brace, number of lines).</summary>
    public IEnumerable<(int Line, int Length)> MemberBodies()
    {
        int open = -1;
        for (int i = 0; i < _code.Length; i++)
        {
            if (_code[i] == "    {")
            {
                open = i;
            }
            else if (_code[i].StartsWith("    }", StringComparison.Ordinal) && open >= 0)
            {
                if (!DeclaresNestedType(open))
                {
                    yield return (open + 1, i - open - 1);
                }

                open = -1;
            }
        }
    }

    private bool DeclaresNestedType(int open)
    {
        for (int i = open - 1; i >= 0 && _code[i].Length > 0 && _code[i] != "    }" && _code[i] != "{"; i--)
        {
            if (AnyTypeDeclaration().IsMatch(_code[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static string WithoutComment(string line)
    {
        int start = line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            ? 0
            : line.IndexOf(" // ", StringComparison.Ordinal);
        return start < 0 ? line.TrimEnd() : line[..start].TrimEnd();
    }

    private const string Modifiers =
        @"((public|internal|private|protected|file|static|sealed|abstract|readonly|ref|unsafe|partial|new) )*";

    private const string Declaration = @"(class|struct|interface|enum|record struct|record class|record) (?<name>\w+)";

    private const string Delegate = @"delegate [\w<>\[\]?., *]+ (?<name>\w+)(<.*>)?\(";

    [GeneratedRegex("^" + Modifiers + "(" + Declaration + "|" + Delegate + ")")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^\s*" + Modifiers + Declaration + @"\b(?! *=)(?! *\))")]
    private static partial Regex AnyTypeDeclaration();
}
