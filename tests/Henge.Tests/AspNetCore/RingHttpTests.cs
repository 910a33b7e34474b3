using System.Text;

using Henge.Cluster;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.AspNetCore;

/// <summary>Every route answers the same through every node of a ring of three, with real sockets.</summary>
[Collection(TransportCollection.Name)]
public sealed class RingHttpTests : IAsyncLifetime
{
    private readonly List<HttpNode> _nodes = [];

    public async ValueTask InitializeAsync()
    {
        for (int i = 0; i < 3; i++)
        {
            _nodes.Add(await HttpNode.StartAsync(options =>
            {
                options.Name = $"n{i}";
                options.LeaveTimeout = TimeSpan.Zero;
                if (_nodes.Count > 0)
                {
                    options.Peers.Add($"127.0.0.1:{_nodes[0].Port}");
                }
            }));
        }
        await TransportHost.UntilAsync(() => _nodes.All(node =>
            node.Node.Ready && node.Node.Ring!.Snapshot.View.Members.Count == 3
            && node.Node.Ring.Snapshot.View.Id == _nodes[0].Node.Ring!.Snapshot.View.Id));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HttpNode node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Tags_are_invalidated_through_any_node_and_gone_on_all()
    {
        for (int through = 0; through < 3; through++)
        {
            for (int i = 0; i < 20; i++)
            {
                HttpReply put = await _nodes[i % 3].PutAsync(
                    $"/v1/cache/tagged{i}", $"{through}", ("Cache-Tags", i % 2 == 0 ? "even" : "odd"));
                Assert.InRange(put.Status, 201, 204);
                Assert.Equal(i % 2 == 0 ? "even" : "odd",
                    (await _nodes[(i + 1) % 3].GetAsync($"/v1/cache/tagged{i}")).Header("Cache-Tags"));
            }

            Assert.Equal(204, (await _nodes[through].DeleteAsync("/v1/cache?tag=even")).Status);

            foreach (HttpNode node in _nodes)
            {
                for (int i = 0; i < 20; i++)
                {
                    Assert.Equal(i % 2 == 0 ? 404 : 200, (await node.GetAsync($"/v1/cache/tagged{i}")).Status);
                }
            }
        }
    }

    [Fact]
    public async Task Hot_and_big_keys_are_those_of_all_nodes_unless_one_is_asked_for()
    {
        for (int i = 0; i < 30; i++)
        {
            await _nodes[i % 3].PutAsync($"/v1/cache/big{i}", new string('x', 100 + (i * 100)));
        }
        int local = 0;
        foreach (HttpNode node in _nodes)
        {
            HttpReply all = await node.GetAsync("/v1/hotkeys?count=30");
            Assert.Equal(3, all.Json.GetProperty("nodes_asked").GetInt32());
            Assert.Equal(3, all.Json.GetProperty("nodes_answered").GetInt32());
            Assert.Equal(
                Enumerable.Range(0, 30).Reverse().Select(static i => $"big{i}"),
                all.Json.GetProperty("big").EnumerateArray().Select(static e => e.GetProperty("key").GetString()));
            HttpReply own = await node.GetAsync("/v1/hotkeys?count=30&local=true");
            Assert.Equal(node.Node.Store.Count, own.Json.GetProperty("big").GetArrayLength());
            local += own.Json.GetProperty("big").GetArrayLength();
        }
        Assert.InRange(local, 30, 90);
    }

    [Fact]
    public async Task Every_route_answers_through_every_node()
    {
        for (int through = 0; through < 3; through++)
        {
            string key = $"key{through}";
            HttpReply put = await _nodes[through].PutAsync(
                $"/v1/cache/{key}", "value", ("Content-Type", "text/x-test"));
            Assert.Equal(201, put.Status);
            foreach (HttpNode node in _nodes)
            {
                HttpReply got = await node.GetAsync($"/v1/cache/{key}");
                Assert.Equal((200, "value"), (got.Status, Encoding.UTF8.GetString(got.Body)));
                Assert.Equal("text/x-test", got.Headers["Content-Type"]);
                Assert.Equal(put.Headers["ETag"], got.Headers["ETag"]);
                HttpReply part = await node.GetAsync($"/v1/cache/{key}", ("Range", "bytes=1-2"));
                Assert.Equal((206, "al"), (part.Status, Encoding.UTF8.GetString(part.Body)));
                HttpReply head = await node.SendAsync(HttpMethod.Head, $"/v1/cache/{key}");
                Assert.Equal((200, "5"), (head.Status, head.Headers["Content-Length"]));
                HttpReply classic = await node.GetAsync($"/get?key={key}");
                Assert.Equal("{\"value\":\"value\"}", Encoding.UTF8.GetString(classic.Body));
                HttpReply refused = await node.PutAsync($"/v1/cache/{key}", "x", ("If-None-Match", "*"));
                Assert.Equal(412, refused.Status);
                Assert.Equal(404, (await node.GetAsync($"/v1/cache/none{key}")).Status);
            }
        }
    }

    [Fact]
    public async Task Every_node_says_why_a_key_is_missing()
    {
        await _nodes[0].PutAsync("/v1/cache/deleted", "v");
        await _nodes[1].DeleteAsync("/v1/cache/deleted");
        await _nodes[0].PutAsync("/v1/cache/invalidated", "v", ("Cache-Tags", "t"));
        await _nodes[1].DeleteAsync("/v1/cache?tag=t");
        await _nodes[0].PutAsync("/v1/cache/expired?ttl=1ms", "v");
        await TransportHost.UntilAsync(() => _nodes.Sum(static node => node.Node.Store.GetStatistics().Expired) >= 2);
        foreach (string why in (string[])["deleted", "invalidated", "expired", "absent"])
        {
            foreach (HttpNode node in _nodes)
            {
                Assert.Equal(why, (await node.GetAsync("/v1/cache/" + why)).Header("X-Cache-Miss"));
                Assert.Equal(why, (await node.SendAsync(HttpMethod.Head, "/v1/cache/" + why)).Header("X-Cache-Miss"));
                Assert.Equal(why, (await node.GetAsync("/get?key=" + why)).Header("X-Cache-Miss"));
                HttpReply many = await node.PostJsonAsync("/v1/cache:mget", $$"""{"keys":["{{why}}"]}""");
                Assert.Equal(why, many.Json.GetProperty("results")[0].GetProperty("miss").GetString());
            }
            foreach (HttpNode node in _nodes)
            {
                // The first is given the lease, the others are told of it.
                Assert.Equal(why, (await node.GetAsync($"/v1/cache/{why}?lease=1m")).Header("X-Cache-Miss"));
            }
        }
    }

    [Fact]
    public async Task Every_node_shows_an_entry_as_its_owner_sees_it()
    {
        for (int i = 0; i < 6; i++)
        {
            HttpReply put = await _nodes[i % 3].PutAsync($"/v1/cache/seen{i}", "value", ("Cache-Tags", "t"));
            string[] shown = await Task.WhenAll(_nodes.Select(async node =>
            {
                HttpReply reply = await node.GetAsync($"/v1/inspect/seen{i}");
                Assert.Equal(200, reply.Status);
                Assert.Equal(put.Header("ETag"), $"\"{reply.Json.GetProperty("version").GetString()}\"");
                return string.Join(
                    ",", reply.Json.GetProperty("copies").EnumerateArray().Select(one => one.GetProperty("name")));
            }));
            Assert.Single(shown.Distinct());
        }
    }

    [Fact]
    public async Task Of_callers_through_all_nodes_one_fills_a_missing_key()
    {
        for (int filler = 0; filler < 3; filler++)
        {
            string target = $"/v1/cache/leased{filler}?lease=1m&wait=1m";
            Task<HttpReply>[] asking = [.. Enumerable.Range(0, 12).Select(i => _nodes[i % 3].GetAsync(target))];
            Task<HttpReply> first = await Task.WhenAny(asking);
            string lease = (await first).Header("Cache-Lease")!;

            Assert.Equal(409, (await PutAsync(filler, "wrong", "0123456789abcdef")).Status);
            Assert.Equal(201, (await PutAsync(filler, "v", lease)).Status);
            Assert.Equal(409, (await PutAsync(filler, "late", lease)).Status);

            HttpReply[] others = await Task.WhenAll(asking.Where(asked => asked != first));
            Assert.All(others, static reply => Assert.Equal((200, "v"), (reply.Status, reply.Text)));
        }

        Task<HttpReply> PutAsync(int through, string value, string lease) =>
            _nodes[through].PutAsync($"/v1/cache/leased{through}", value, ("Cache-Lease", lease));
    }

    [Fact]
    public async Task Verbs_and_deletes_reach_the_owner()
    {
        for (int i = 0; i < 6; i++)
        {
            HttpNode one = _nodes[i % 3];
            HttpNode other = _nodes[(i + 1) % 3];
            Assert.Equal(200, (await one.PostAsync($"/v1/cache/n{i}:incr?by=5")).Status);
            Assert.Equal("{\"value\":6}", Text(await other.PostAsync($"/v1/cache/n{i}:incr")));
            Assert.Equal("{\"length\":3}", Text(await one.PostAsync($"/v1/cache/n{i}:append", "xy")));
            Assert.Equal(204, (await other.PostAsync($"/v1/cache/n{i}:touch?ttl=1h")).Status);
            Assert.Equal("6xy", Text(await other.GetAsync($"/v1/cache/n{i}")));
            Assert.Equal(204, (await one.DeleteAsync($"/v1/cache/n{i}")).Status);
            Assert.Equal(404, (await other.GetAsync($"/v1/cache/n{i}")).Status);
            Assert.Equal("{\"ok\":true}", Text(await one.PostJsonAsync("/set", $$"""{"key":"c{{i}}","value":"v"}""")));
            Assert.Equal("{\"value\":\"v\"}", Text(await other.GetAsync($"/get?key=c{i}")));
        }
    }

    [Fact]
    public async Task Calls_on_many_keys_and_listings_see_the_whole_ring()
    {
        string entries = string.Join(
            ",", Enumerable.Range(0, 40).Select(i => $$"""{"key":"m{{i}}","text":"v{{i}}"}"""));
        string set = Text(await _nodes[0].PostJsonAsync("/v1/cache:mset", $$"""{"entries":[{{entries}}]}"""));
        Assert.True(set.Split("\"status\":201").Length == 41, set);
        string keys = string.Join(",", Enumerable.Range(0, 41).Select(i => $"\"m{i}\""));
        string got = Text(await _nodes[1].PostJsonAsync("/v1/cache:mget", $$"""{"keys":[{{keys}}],"text":true}"""));
        for (int i = 0; i < 40; i++)
        {
            Assert.Contains($"\"text\":\"v{i}\"", got);
        }
        Assert.Contains("\"key\":\"m40\",\"status\":404", got);

        var listed = new HashSet<string>();
        string cursor = "0";
        do
        {
            string page = Text(await _nodes[2].GetAsync($"/v1/cache?match=m*&limit=10&cursor={cursor}"));
            listed.UnionWith(page.Split('"').Where(word => word.Length > 1 && word[0] == 'm' && char.IsDigit(word[1])));
            cursor = page.Split("\"cursor\":\"")[1].Split('"')[0];
        }
        while (cursor != "0");
        Assert.Equal(40, listed.Count);

        string deleted = Text(await _nodes[2].PostJsonAsync("/v1/cache:mdelete", """{"keys":["m0","m1","none"]}"""));
        Assert.Equal(2, deleted.Split("\"status\":204").Length - 1);
        Assert.Equal("{\"deleted\":10}", Text(await _nodes[0].DeleteAsync("/v1/cache?prefix=m1")));
        Assert.Equal(200, (await _nodes[1].DeleteAsync("/v1/cache?all=true")).Status);
        Assert.Equal(404, (await _nodes[0].GetAsync("/v1/cache/m5")).Status);
    }

    [Fact]
    public void Keys_of_these_tests_have_several_owners() => Assert.True(
        Enumerable.Range(0, 40).Select(i => Slot.Of(Encoding.ASCII.GetBytes($"m{i}")))
            .Select(slot => _nodes[0].Node.Ring!.Snapshot.View.CopiesOf(slot)[0]).Distinct().Count() == 3);

    private static string Text(HttpReply reply) => reply.Text;
}
