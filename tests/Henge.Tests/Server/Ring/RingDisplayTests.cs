using System.Text;

using Henge.Server.Client;
using Henge.Server.Ring;
using Henge.Server.Serve;

using Xunit;

namespace Henge.Tests.Server.Ring;

public sealed class RingDisplayTests
{
    private const string Answer = """
        {"name":"a","node_id":"00","ready":true,"view":"00000000000000aa","copies":2,"loading_slots":12,
         "misses_due_to_topology":3,"repaired":0,
         "members":[
          {"id":"00","name":"a","address":"h:1","zone":"","weight":1,"state":"alive","phase":"ready","self":true,
           "owned_slots":8192,"replica_slots":8192},
          {"id":"01","name":"b","address":"h:2","zone":"z","weight":1,"state":"alive","phase":"leaving","self":false,
           "owned_slots":8192,"replica_slots":8192,"round_trip_microseconds":1250,"clock_skew_ms":-7}],
         "discovery":[{"source":"dns:a:7400","up":false,"addresses":3,"errors":1,"problem":"no name server answers"}],
         "transfers":[{"peer":"b","direction":"in","slots":12,"entries":3400,"bytes":1048576,"progress":0.25}]}
        """;

    private static readonly NodeTarget _target = new(new PeerAddress("h", 1), null, TimeSpan.FromSeconds(1));

    [Fact]
    public void A_pipe_gets_a_line_for_each_thing()
    {
        StringWriter to = new();

        RingDisplay.WritePlain(Read(Encoding.UTF8.GetBytes(Answer)), to);

        Assert.Equal(
            [
                "ring: 2 of 2 members alive, 2 copies of each slot, view 00000000000000aa, "
                    + "12 slots on their way here, 3 misses due to topology",
                "member: a_* h:1 - 1 alive 8,192_(50_%) 8,192 - -",
                "member: b h:2 z 1 leaving 8,192_(50_%) 8,192 1.25_ms -7_ms",
                "discovery: dns:a:7400 no 3 no_name_server_answers",
                "transfer: b in 12 3,400 1_MiB 25_%",
                "",
            ],
            to.ToString().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void The_picture_has_a_mark_and_a_label_for_each_member()
    {
        string[] labels = [.. Enumerable.Range(0, 7).Select(i => $"node{i} 14.3 %")];

        IReadOnlyList<string> lines = RingPicture.Draw(labels, 100);

        string all = string.Join('\n', lines);
        Assert.Equal(7, all.Count(c => c == '●'));
        Assert.All(labels, label => Assert.Contains(label, all));
        Assert.All(lines, line => Assert.True(line.Length <= 100));
    }

    [Fact]
    public void A_narrow_terminal_gets_no_picture() =>
        Assert.Empty(RingPicture.Draw(["a-node-with-a-name 50 %", "b 50 %"], 40));

    [Fact]
    public void Another_answer_is_refused_in_one_line() =>
        Assert.Contains(
            "is it a Henge node",
            Assert.Throws<RequestFailedException>(() => Read("{}"u8.ToArray())).Message);

    private static RingReport Read(byte[] answer) =>
        HttpQuestion.Parse(_target, answer, RingReportJson.Default.RingReport);
}
