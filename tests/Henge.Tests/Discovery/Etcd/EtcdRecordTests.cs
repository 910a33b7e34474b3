using System.Text;

using Henge.Cluster.Members;
using Henge.Discovery.Etcd;

using Xunit;

namespace Henge.Tests.Discovery.Etcd;

public sealed class EtcdRecordTests
{
    private static readonly Member s_member = new()
    {
        Id = MemberId.Of("a"),
        Boot = new BootId(ulong.MaxValue),
        Address = "[::1]:7400",
        Name = "a\"b",
        Zone = "z",
        Weight = 2,
    };

    private static string Id => s_member.Id.ToString();

    [Fact]
    public void What_is_written_is_read()
    {
        byte[] bytes = EtcdRecord.Of(s_member, "c").ToBytes();
        EtcdRecord? read = EtcdRecord.Read(bytes, "c", Id);
        Assert.Equal(
            (Id, ulong.MaxValue, "[::1]:7400", "a\"b", "z", 2),
            (read!.Id, read.Boot, read.Address, read.Name, read.Zone, read.Weight));
        Assert.Null(EtcdRecord.Read(bytes, "other", Id));
        Assert.Null(EtcdRecord.Read(bytes, "c", Id[1..]));
    }

    [Fact]
    public void The_layout_stays_and_later_ones_may_add()
    {
        string golden = $$"""
            {"v":"1","cluster":"c","id":"{{Id}}","boot":"7","name":"a","address":"h:1","zone":"","weight":"1"}
            """;
        EtcdRecord record = new() { Cluster = "c", Id = Id, Boot = 7, Name = "a", Address = "h:1", Weight = 1 };
        Assert.Equal(golden, Encoding.UTF8.GetString(record.ToBytes()));
        Assert.NotNull(Read(golden.Replace("\"v\":\"1\"", "\"v\":2,\"more\":[1]", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<b>")]
    [InlineData("{\"v\":0,\"cluster\":\"c\",\"id\":\"ID\",\"address\":\"h:1\"}")]
    [InlineData("{\"v\":1,\"cluster\":\"c\",\"id\":\"ID\",\"address\":\"h\"}")]
    [InlineData("{\"v\":1,\"cluster\":\"c\",\"id\":\"ID\",\"address\":\"h:0\"}")]
    [InlineData("{\"v\":1,\"cluster\":\"c\",\"id\":\"ID\",\"address\":null}")]
    [InlineData("{\"v\":1,\"cluster\":\"c\",\"id\":\"ID\",\"address\":\"a b:1\"}")]
    [InlineData("{\"v\":1,\"cluster\":\"c\",\"id\":\"ID\",\"address\":\"h:1\",\"boot\":-1}")]
    public void What_makes_no_sense_is_no_record(string text) =>
        Assert.Null(Read(text.Replace("ID", Id, StringComparison.Ordinal)));

    [Fact]
    public void A_record_has_a_longest() =>
        Assert.Null(Read(
            $$"""{"v":1,"cluster":"c","id":"{{Id}}","address":"h:1","name":"{{new string('x', 4096)}}"}"""));

    private static EtcdRecord? Read(string text) => EtcdRecord.Read(Encoding.UTF8.GetBytes(text), "c", Id);
}
