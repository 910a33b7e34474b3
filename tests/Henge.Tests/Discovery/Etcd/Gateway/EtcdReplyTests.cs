using System.Text;
using System.Text.Json;

using Henge.Discovery.Etcd.Gateway;

using Xunit;

namespace Henge.Tests.Discovery.Etcd.Gateway;

/// <summary>Answers of etcd 3.4.23, as they came.</summary>
public sealed class EtcdReplyTests
{
    private const string Header =
        """ "header":{"cluster_id":"10101560796677756362","member_id":"1","revision":"3","raft_term":"2"} """;

    [Fact]
    public void An_empty_list_leaves_out_the_list()
    {
        EtcdReply reply = Read($"{{{Header}}}");
        Assert.Null(reply.Kvs);
        Assert.Equal((10101560796677756362UL, 3), (reply.Header!.ClusterId, reply.Header.Revision));
    }

    [Fact]
    public void A_list_has_keys_and_values()
    {
        EtcdReply reply = Read($$$"""
            {{{{Header}}},"kvs":[{"key":"L2gvYQ==","create_revision":"2","mod_revision":"2","version":"1",
             "value":"eA==","lease":"1516765434684532231"}],"count":"1"}
            """);
        EtcdKeyValue pair = Assert.Single(reply.Kvs!);
        Assert.Equal(("/h/a", "x"), (Encoding.UTF8.GetString(pair.Key!), Encoding.UTF8.GetString(pair.Value!)));
    }

    [Fact]
    public void A_watch_that_begins_has_no_events_and_a_key_that_goes_no_value()
    {
        EtcdReply begun = Read($$$"""{"result":{{{{Header}}},"created":true}}""").Result!;
        Assert.Null(begun.Events);
        EtcdReply gone = Read($$$"""
            {"result":{{{{Header}}},"events":[{"type":"DELETE","kv":{"key":"L2gvYQ==","mod_revision":"3"}}]}}
            """).Result!;
        EtcdEvent change = Assert.Single(gone.Events!);
        Assert.Equal("DELETE", change.Type);
        Assert.Null(change.Kv!.Value);
    }

    [Fact]
    public void A_watch_that_is_compacted_away_says_so()
    {
        EtcdReply reply = Read($$$"""{"result":{{{{Header}}},"canceled":true,"compact_revision":"2"}}""").Result!;
        Assert.Equal((true, 2), (reply.Canceled, reply.CompactRevision));
    }

    [Fact]
    public void A_lease_that_is_gone_lives_for_nothing()
    {
        Assert.Equal(0, Read($$$"""{"result":{{{{Header}}},"ID":"77"}}""").Result!.Ttl);
        Assert.Equal(30, Read($$$"""{"result":{{{{Header}}},"ID":"77","TTL":"30"}}""").Result!.Ttl);
    }

    [Fact]
    public void Questions_have_only_what_is_asked()
    {
        EtcdRequest request = new() { Key = [0x2f], Lease = long.MaxValue };
        Assert.Equal(
            """{"key":"Lw==","lease":"9223372036854775807"}""",
            JsonSerializer.Serialize(request, EtcdJson.Default.EtcdRequest));
    }

    private static EtcdReply Read(string json) => JsonSerializer.Deserialize(json, EtcdJson.Default.EtcdReply)!;
}
