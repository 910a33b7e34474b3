using Henge.AspNetCore.Dashboard;
using Henge.AspNetCore.Dashboard.Json;
using Henge.Cluster.Messages;
using Henge.Diagnostics.Figures;
using Henge.Storage.Figures;

using Xunit;

namespace Henge.Tests.AspNetCore.Dashboard;

/// <summary>Rates are what two looks differ by, by the clock of who counted.</summary>
public sealed class MemberRatesTests
{
    [Fact]
    public void What_was_counted_is_divided_by_the_time_of_who_counted()
    {
        MemberReply reply = Of((Figures(clockMs: 3000, hits: 30), Figures(clockMs: 1000, hits: 10)));
        Assert.Equal(10, reply.Rates!.Hits);
        Assert.Equal(30, reply.Hits);
    }

    [Fact]
    public void The_first_look_has_no_rates() => Assert.Null(Of((Figures(3000, 30), null)).Rates);

    [Fact]
    public void Another_process_begins_anew() =>
        Assert.Null(Of((Figures(3000, 30, startedMs: 7), Figures(1000, 10))).Rates);

    [Fact]
    public void After_a_reset_all_that_is_counted_is_new() =>
        Assert.Equal(4, Of((Figures(2000, 4), Figures(1000, 10))).Rates!.Hits);

    [Fact]
    public void Members_are_added_up_and_their_times_put_together()
    {
        MemberReply reply = Of(
            (Figures(2000, 10, times: [(10, 98)]), Figures(1000, 0)),
            (Figures(9000, 20, times: [(200, 2)]), Figures(7000, 0)),
            (Figures(9000, 5), null));
        Assert.Equal(20, reply.Rates!.Hits);
        Assert.Equal(35, reply.Hits);
        Assert.Equal(Math.Round(LogHistogram.EndOf(10) / 1000, 2), reply.Rates.CommandP50);
        Assert.Equal(Math.Round(LogHistogram.EndOf(200) / 1000, 2), reply.Rates.CommandP99);
    }

    private static MemberReply Of(params (MemberFigures Now, MemberFigures? Before)[] members)
    {
        var rates = new MemberRates();
        foreach ((MemberFigures now, MemberFigures? before) in members)
        {
            rates.Add(now, before, nowMs: 10_000);
        }
        return rates.Reply(isOfAll: members.Length > 1);
    }

    private static MemberFigures Figures(
        long clockMs, long hits, long startedMs = 1, params (byte Place, long Count)[] times)
    {
        long[] numbers = new long[(int)MemberFigure.Hits + 1];
        numbers[(int)MemberFigure.ClockMs] = clockMs;
        numbers[(int)MemberFigure.StartedAtMs] = startedMs;
        numbers[(int)MemberFigure.Hits] = hits;
        var writer = new MessageWriter();
        writer.Byte(1);
        writer.Text("1");
        writer.UInt16((ushort)numbers.Length);
        Array.ForEach(numbers, writer.Int64);
        writer.UInt16(0);
        writer.UInt16(0);
        writer.UInt16((ushort)times.Length);
        foreach ((byte place, long count) in times)
        {
            writer.Byte(place);
            writer.Int64(count);
        }
        writer.UInt16(0);
        return MemberFigures.Read(writer.Written)!;
    }
}
