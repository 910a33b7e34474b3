using System.Net;
using System.Net.Sockets;

using Henge.Discovery;

using Xunit;

namespace Henge.Tests.Discovery;

/// <summary>What a name server may answer, and what becomes of it.</summary>
public sealed class DnsDiscoveryTests
{
    private static readonly DnsName s_name = new("nodes.example", 7400);

    [Fact]
    public async Task All_addresses_that_a_node_can_have_are_named()
    {
        SourceView view = await LookAsync(static () => Addresses(
            "10.0.0.2", "10.0.0.1", "2001:db8::7", "::ffff:10.0.0.3", "10.0.0.1", "0.0.0.0", "::", "224.0.0.1",
            "ff02::1", "fe80::1", "255.255.255.255"));

        Assert.Equal(["10.0.0.1:7400", "10.0.0.2:7400", "10.0.0.3:7400", "[2001:db8::7]:7400"], view.Addresses());
        Assert.True(view.Status is { IsUp: true, HasAnswered: true, Addresses: 4, Errors: 0, Problem: "" });
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "publishNotReadyAddresses")]
    [InlineData(SocketError.NoData, "publishNotReadyAddresses")]
    [InlineData(SocketError.TryAgain, "no name server answers")]
    [InlineData(SocketError.NoRecovery, "NoRecovery")]
    public async Task What_is_no_answer_is_said_and_asked_again(SocketError error, string words)
    {
        SourceView view = await LookAsync(() => throw new SocketException((int)error));

        Assert.Contains(words, view.Status.Problem, StringComparison.Ordinal);
        Assert.True(view.Status is { IsUp: false, HasAnswered: false, AnsweredAtMs: null, Errors: > 0 });
        Assert.Empty(view.Addresses());
    }

    [Theory]
    [InlineData]
    [InlineData("0.0.0.0")]
    [InlineData("fe80::1", "ff02::1")]
    public async Task A_name_without_an_address_that_a_node_can_have_is_no_answer(params string[] addresses)
    {
        SourceView view = await LookAsync(() => Addresses(addresses));

        Assert.True(view.Status is { IsUp: false, HasAnswered: false });
    }

    [Fact]
    public async Task Pauses_after_failures_grow_to_five_seconds_and_vary()
    {
        var time = new HurriedTime();
        await LookAsync(static () => throw new SocketException((int)SocketError.TryAgain), time, looks: 7);

        double[] seconds = [.. time.Pauses.Take(6).Select(static pause => pause.TotalSeconds)];
        Assert.Equal([0.875, 1.75, 3.5, 4.375, 4.375, 4.375], seconds);
    }

    [Fact]
    public async Task What_was_named_stays_while_nobody_answers_and_for_ten_minutes_where_somebody_does()
    {
        var time = new HurriedTime();
        int looks = 0;
        SourceView view = await LookAsync(
            () => ++looks switch
            {
                1 => Addresses("10.0.0.1", "10.0.0.2"),
                < 100 => throw new SocketException((int)SocketError.HostNotFound),
                _ => Addresses("10.0.0.1"),
            },
            time,
            looks: 101);
        // The node never serves, so that it looks each second; more than seven minutes have gone by.
        Assert.Equal(["10.0.0.1:7400", "10.0.0.2:7400"], view.Addresses());

        looks = 0;
        view = await LookAsync(
            () => ++looks == 1 ? Addresses("10.0.0.1", "10.0.0.2") : Addresses("10.0.0.1"), time, looks: 800);
        Assert.Equal(["10.0.0.1:7400"], view.Addresses());
    }

    [Fact]
    public async Task Of_a_large_answer_the_first_are_taken()
    {
        IPAddress[] many =
        [
            .. Enumerable.Range(0, 5000).Select(static i => new IPAddress([10, 0, (byte)(i >> 8), (byte)i])),
        ];
        Random.Shared.Shuffle(many);
        SourceView view = await LookAsync(() => many);

        Assert.Equal(SourceView.MaxAddresses, view.Addresses().Length);
        Assert.Equal(
            many.Select(static address => $"{address}:7400").Order(StringComparer.Ordinal).Take(1024),
            view.Addresses());
    }

    private static IPAddress[] Addresses(params string[] texts) => [.. texts.Select(IPAddress.Parse)];

    private static async Task<SourceView> LookAsync(Func<IPAddress[]> answer, HurriedTime? time = null, int looks = 2)
    {
        time ??= new HurriedTime();
        await using var node = new HengeNode(new HengeOptions { Memory = 64 << 20 }, time);
        var view = new SourceView("dns", node, static () => { });
        using var enough = new CancellationTokenSource();
        var source = new DnsDiscovery(
            s_name,
            (host, _) =>
            {
                Assert.Equal("nodes.example", host);
                if (--looks < 0)
                {
                    enough.Cancel();
                    return Task.FromCanceled<IPAddress[]>(enough.Token);
                }
                return Task.FromResult(answer());
            },
            time,
            static () => 0.5);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.RunAsync(view, enough.Token));
        return view;
    }
}
