using System.Reflection;
using System.Text.RegularExpressions;

using Henge.AspNetCore;
using Henge.Server.Serve;

using Microsoft.Extensions.Logging;

using Xunit;

namespace Henge.Tests.Tidy;

/// <summary>docs/errors.md lists what the product says when something is wrong: all of it, and nothing else.</summary>
public sealed partial class ErrorPageTests
{
    // With what options and their files are refused: every text in these files is.
    private static readonly string[] s_starting =
    [
        "src/Henge/HengeOptions.cs",
        "src/Henge/ClientLimits.cs",
        "src/Henge/Security/SecurityOptions.cs",
        "src/Henge/Security/UsersFile.cs",
        "src/Henge/Security/SecretFile.cs",
        "src/Henge/Discovery/DiscoveryOptions.cs",
        "src/Henge/Discovery/DnsName.cs",
        "src/Henge/Discovery/Etcd/EtcdPrefix.cs",
        "src/Henge/Embedding/ApplicationRules.cs",
        "src/Henge/Embedding/SectionBinder.cs",
        "src/Henge/Transport/ListenSockets.cs",
    ];

    // What stands behind the colon of lines of the log.
    private static readonly string[] s_reasons =
    [
        "src/Henge/Peers/RingLog.cs",
        "src/Henge/Peers/Doors/Visit.cs",
        "src/Henge/Transport/Tls/TlsContext.cs",
        "src/Henge/Transport/Tls/TlsDoor.cs",
        "src/Henge/Transport/Tls/TlsGuest.cs",
        "src/Henge/Discovery/DnsDiscovery.cs",
        "src/Henge/Discovery/NodeDiscovery.cs",
        "src/Henge/Discovery/Etcd/Gateway/EtcdClient.cs",
        "src/Henge/Discovery/Etcd/EtcdDiscovery.cs",
        "src/Henge/Discovery/Etcd/Gateway/ReplyLines.cs",
        "src/Henge/Snapshots/SnapshotKeeper.cs",
        "src/Henge/Snapshots/SnapshotLoader.cs",
        "src/Henge/Snapshots/SnapshotReader.cs",
    ];

    [Fact]
    public void Replies_to_Redis_clients_are_listed() =>
        Same("Replies to Redis clients",
            from file in Sources("src/Henge/", "src/Henge.Protocol/")
            from text in SourceTexts.Of(file)
            where ErrorReply().IsMatch(text.Text)
            select text.Text.TrimStart('-'));

    [Fact]
    public void Every_error_reply_begins_with_a_code_of_the_page() =>
        Assert.Empty(
            from file in Sources("src/Henge/")
            from Match call in ErrorCall().Matches(file)
            let text = SourceTexts.Of(call.Value).First().Text
            where !ErrorReply().IsMatch(text + " ")
            select text);

    [Fact]
    public void Problems_over_HTTP_are_listed() =>
        Same("Problems over HTTP",
            from file in Sources("src/Henge.AspNetCore/")
            from Match problem in Problem().Matches(file)
            select $"{problem.Groups["status"].Value.Replace("status", "4…")} {problem.Groups["code"].Value}");

    [Fact]
    public void Reasons_not_to_start_are_listed() => Same("A node that does not start", Starting());

    [Fact]
    public void Refusals_of_the_command_line_are_listed() =>
        Same("The command line",
            from file in Sources("src/Henge.Server/")
            from name in new[] { "UsageException", "RequestFailedException", "InvalidDataException" }
            from text in SourceTexts.GivenTo(name, file)
            select text);

    [Fact]
    public void Failures_in_an_application_are_listed() =>
        Same("In an application",
            (from file in Sources("src/Henge/", "src/Henge.AspNetCore/")
             from text in SourceTexts.GivenTo("HengeException", file)
             select text)
            .Concat(Words("src/Henge/HengeException.cs")));

    [Fact]
    public void Reasons_in_the_log_are_listed() =>
        Same("What stands behind a colon", s_reasons.SelectMany(Words).Except(Starting()));

    [Fact]
    public void Lines_of_the_log_are_listed_by_their_event()
    {
        string[] written =
        [
            .. Events().Select(e =>
                $"{e.EventId} {e.Level.ToString().ToLowerInvariant()} {Hole().Replace(e.Message, "…")}"),
        ];
        string[] listed =
        [
            .. from row in ErrorPage.Under("Lines of the log") select $"{FirstOf(row.Cells)} {row.Text}",
        ];
        Assert.Empty(written.Except(listed));
        Assert.Empty(listed.Except(written));
    }

    [Fact]
    public void Each_event_of_the_log_has_a_number_of_its_own() =>
        Assert.Empty(Twice(Events().Select(static e => e.EventId)));

    [Fact]
    public void Faults_of_our_own_are_errors_that_ask_for_a_report() =>
        Assert.Empty(
            from e in Events()
            where e.Message.Contains("goes on", StringComparison.Ordinal) && e.Level == LogLevel.Error
            where !e.Message.Contains("report it as a fault of Henge", StringComparison.Ordinal)
            select e.Message);

    private static IEnumerable<LoggerMessageAttribute> Events() =>
        from assembly in new[] { typeof(HengeNode), typeof(HttpApi), typeof(ServeOptions) }
        from type in assembly.Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
        where attribute is not null
        select attribute;

    private static IEnumerable<string> Starting() =>
        (from file in Sources("src/")
         from text in SourceTexts.GivenTo("HengeStartException", file)
         select text)
        .Concat(s_starting.SelectMany(Words));

    // What the binder of a section expects is named by one text that begins with the section's path.
    private static IEnumerable<string> Words(string path) =>
        from text in SourceTexts.Of(File.ReadAllText(Path.Combine(Repository.Root, path)))
        where Sentence().IsMatch(text.Text)
        where !path.EndsWith("SectionBinder.cs", StringComparison.Ordinal) || text.Text.StartsWith("…:")
        select text.Text;

    private static IEnumerable<string> Sources(params string[] folders) =>
        from file in Repository.Sources
        where folders.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal))
        select File.ReadAllText(Path.Combine(Repository.Root, file.Path));

    /// <summary>A text that is made in pieces may end earlier in the source than on the page.</summary>
    private static void Same(string heading, IEnumerable<string> written)
    {
        string[] said = [.. written.Distinct().Order(StringComparer.Ordinal)];
        string[] listed = [.. ErrorPage.Under(heading).Select(static row => row.Text)];
        Assert.NotEmpty(listed);
        Assert.Empty(Twice(listed));
        string[] missing = [.. said.Where(text => !listed.Any(row => Fits(row, text)))];
        string[] made = [.. listed.Where(row => !said.Any(text => Fits(row, text)))];
        Assert.True(missing.Length == 0, "Not in docs/errors.md:\n" + string.Join('\n', missing));
        Assert.True(made.Length == 0, "Only in docs/errors.md:\n" + string.Join('\n', made));
    }

    private static IEnumerable<T> Twice<T>(IEnumerable<T> all) =>
        all.GroupBy(static one => one).Where(static group => group.Count() > 1).Select(static group => group.Key);

    private static bool Fits(string row, string text) =>
        row == text
        || (row.StartsWith(text, StringComparison.Ordinal) && row[text.Length..].TrimStart().StartsWith('…'));

    private static string FirstOf(string cells) => cells.Split('|')[0].Trim();

    [GeneratedRegex(
        "^-?(ERR|WRONGTYPE|OOM|NOAUTH|WRONGPASS|NOPERM|NOPROTO|BUSY|DENIED|EXECABORT|MOVED|TRYAGAIN|UNCERTAIN|"
        + "CROSSSLOT) ")]
    private static partial Regex ErrorReply();

    [GeneratedRegex(
        @"(?:[rR]eply\.Error|saved\.Fail|call\.Refuse)\(\s*\$?""(?:[^""\\]|\\.)*""", RegexOptions.Singleline)]
    private static partial Regex ErrorCall();

    [GeneratedRegex(@"new\((?<status>\d{3}|status), ""(?<code>[a-z-]+)""")]
    private static partial Regex Problem();

    [GeneratedRegex(@"(?<!^henge) [a-z]{2,}|[a-z]{2,} '?…")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Hole();
}
