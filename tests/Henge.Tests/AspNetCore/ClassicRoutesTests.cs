using System.Text.Json;

using Henge.Storage;

using Xunit;

namespace Henge.Tests.AspNetCore;

public sealed class ClassicRoutesTests
{
    [Fact]
    public async Task What_is_set_is_got()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply set = await node.PostJsonAsync("/set", """{"key":"greeting","value":"hello"}""");
        Assert.Equal(200, set.Status);
        HttpReply get = await node.GetAsync("/get?key=greeting");
        Assert.Equal(200, get.Status);
        Assert.Equal("application/json", get.Header("Content-Type"));
        Assert.Equal("""{"value":"hello"}""", get.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("say \"hi\" \\ there")]
    [InlineData("line\nline\t\u0001\u007f")]
    [InlineData("дом 家 🏠")]
    public async Task Any_text_comes_back_as_it_was(string value)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.PostJsonAsync("/set", $$"""{"key":"k","value":{{JsonSerializer.Serialize(value)}}}""");
        Assert.Equal(value, (await node.GetAsync("/get?key=k")).Json.GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_long_text_that_needs_escaping_comes_back_as_it_was()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string value = string.Concat(Enumerable.Repeat("a \"quoted\" line\n", 50_000));
        await node.PostJsonAsync("/set", $$"""{"key":"k","value":{{JsonSerializer.Serialize(value)}}}""");
        Assert.Equal(value, (await node.GetAsync("/get?key=k")).Json.GetProperty("value").GetString());
        Assert.Equal(0, node.Node.Store.GetStatistics().ChargedBytes >> 20);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_404()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply get = await node.GetAsync("/get?key=none");
        Assert.Equal(404, get.Status);
        Assert.Equal("no-such-key", get.Code);
    }

    [Fact]
    public async Task A_ttl_is_kept_as_an_expiry()
    {
        var time = new SteppedTime();
        await using HttpNode node = await HttpNode.StartAsync(time: time);
        await node.PostJsonAsync("/set", """{"key":"k","value":"v","ttl":"30s"}""");
        time.Step(TimeSpan.FromSeconds(29));
        Assert.Equal(200, (await node.GetAsync("/get?key=k")).Status);
        time.Step(TimeSpan.FromSeconds(2));
        Assert.Equal(404, (await node.GetAsync("/get?key=k")).Status);
    }

    [Theory]
    [InlineData("""{"key":"k"}""")]
    [InlineData("""{"key":"k","value":"v","tll":"3s"}""")]
    [InlineData("""{"key":"","value":"v"}""")]
    [InlineData("""{"key":"k","value":"v","ttl":"3"}""")]
    [InlineData("""{"key":"k","value":"v","ttl":"-3s"}""")]
    [InlineData("""{"key":"k","value":"\ud800"}""")]
    [InlineData("null")]
    [InlineData("[1")]
    [InlineData("")]
    public async Task A_body_that_is_not_the_call_is_400(string body)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal(400, (await node.PostJsonAsync("/set", body)).Status);
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task A_form_is_415_and_changes_nothing(string contentType)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string script = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n";
        HttpReply reply = await node.PostAsync("/set", script, ("Content-Type", contentType));
        Assert.Equal(415, reply.Status);
        Assert.Equal(0, node.Node.Store.Count);
    }

    [Fact]
    public async Task A_value_that_is_not_text_is_409()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        using (EntryScope entry = node.Node.Store.Open("k"u8, node.Node.NowMs))
        {
            entry.Set(EntryType.String, [0xff, 0xfe], 0);
        }
        Assert.Equal(409, (await node.GetAsync("/get?key=k")).Status);
    }
}
