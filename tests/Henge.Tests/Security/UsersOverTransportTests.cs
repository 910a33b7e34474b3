using System.Text;

using Henge.Protocol;
using Henge.Security;
using Henge.Tests.Server;
using Henge.Tests.Transport;

using Xunit;

namespace Henge.Tests.Security;

/// <summary>
/// Logins whose password only a slow hash can tell, and users that change while clients are connected.
/// </summary>
[Collection(TransportCollection.Name)]
public sealed class UsersOverTransportTests
{
    private static readonly string s_hash = PasswordHash.Of("password"u8).ToString();

    public static TheoryData<TransportKind> Kinds =>
        OperatingSystem.IsLinux() ? [TransportKind.Sockets, TransportKind.Epoll] : [TransportKind.Sockets];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_follows_a_slow_login_waits_for_it_and_replies_keep_their_order(TransportKind kind)
    {
        await using HengeNode node = await TransportHost.StartAsync(kind, WithUser);
        using RawClient client = await RawClient.ConnectAsync(node);

        await client.SendAsync(
            Words("HELLO", "3", "AUTH", "bob", "password", "SETNAME", "me") + Words("SET", "k", "v") + Words("GET", "k")
            + Words("AUTH", "bob", "wrong") + Words("GET", "k") + Words("AUTH", "nobody", "x") + Words("PING"));

        Assert.Equal("%7", await client.LineAsync());
        Assert.True(await client.SkipAsync(Hello(node).Length));
        Assert.Equal("+OK", await client.LineAsync());
        Assert.Equal("$1", await client.LineAsync());
        Assert.Equal("v", await client.LineAsync());
        Assert.StartsWith("-WRONGPASS", await client.LineAsync(), StringComparison.Ordinal);
        Assert.Equal("$1", await client.LineAsync());
        Assert.Equal("v", await client.LineAsync());
        Assert.StartsWith("-WRONGPASS", await client.LineAsync(), StringComparison.Ordinal);
        Assert.Equal("+PONG", await client.LineAsync());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Others_are_served_while_passwords_are_checked(TransportKind kind)
    {
        await using HengeNode node = await TransportHost.StartAsync(kind, static o =>
        {
            WithUser(o);
            o.Loops = 1;
        });
        using RawClient known = await RawClient.ConnectAsync(node);
        Assert.Equal("+OK", await known.CallAsync(Words("AUTH", "bob", "password")));
        using RawClient guessing = await RawClient.ConnectAsync(node);

        await guessing.SendAsync(Words("AUTH", "bob", "wrong"));
        Assert.Equal("+PONG", await known.CallAsync(Words("PING")));

        Assert.StartsWith("-WRONGPASS", await guessing.LineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_users_file_is_read_again_and_who_lost_rights_is_cut_off(TransportKind kind)
    {
        using var file = new TemporaryFile($"bob write {s_hash}\neve write {s_hash}\n");
        await using HengeNode node = await TransportHost.StartAsync(kind, o => o.Security.UsersFile = file.Path);
        using RawClient bob = await RawClient.ConnectAsync(node);
        using RawClient eve = await RawClient.ConnectAsync(node);
        Assert.Equal("+OK", await bob.CallAsync(Words("AUTH", "bob", "password")));
        Assert.Equal("+OK", await eve.CallAsync(Words("AUTH", "eve", "password")));

        await File.WriteAllTextAsync(
            file.Path, $"bob write {s_hash}\neve read {s_hash}\nnew read {s_hash}\n", bob.Patience);

        Assert.Null(await eve.LineAsync());
        Assert.Equal("+PONG", await bob.CallAsync(Words("PING")));
        using RawClient other = await RawClient.ConnectAsync(node);
        Assert.Equal("+OK", await other.CallAsync(Words("AUTH", "new", "password")));
        Assert.StartsWith("-NOPERM", await other.CallAsync(Words("SET", "k", "v")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_makes_no_sense_changes_nothing()
    {
        using var file = new TemporaryFile($"bob write {s_hash}\n");
        await using HengeNode node = await TransportHost.StartAsync(
            TransportKind.Auto, o => o.Security.UsersFile = file.Path);
        using RawClient bob = await RawClient.ConnectAsync(node);
        Assert.Equal("+OK", await bob.CallAsync(Words("AUTH", "bob", "password")));

        foreach (string text in new[] { "", "# nobody\n", "bob write secret\n", "bob\n" })
        {
            await File.WriteAllTextAsync(file.Path, text, bob.Patience);
            node.Secrets.Refresh(all: true);
            Assert.Equal("+PONG", await bob.CallAsync(Words("PING")));
            using RawClient stranger = await RawClient.ConnectAsync(node);
            Assert.StartsWith("-NOAUTH", await stranger.CallAsync(Words("PING")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_others_may_write_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other permissions.");
            return;
        }
        using var file = new TemporaryFile($"bob write {s_hash}\n");
        File.SetUnixFileMode(file.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        var options = new HengeOptions { Memory = 64 << 20 };
        options.Security.UsersFile = file.Path;

        var error = Assert.Throws<HengeStartException>(() => new HengeNode(options));

        Assert.Contains("chmod go-w", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_file_is_read_again()
    {
        using var file = new TemporaryFile("first-password\n");
        await using HengeNode node = await TransportHost.StartAsync(
            TransportKind.Auto, o => o.Security.PasswordFile = file.Path);
        using RawClient client = await RawClient.ConnectAsync(node);
        Assert.Equal("+OK", await client.CallAsync(Words("AUTH", "first-password")));

        await File.WriteAllTextAsync(file.Path, "second-password\n", client.Patience);
        node.Secrets.Refresh(all: true);

        Assert.Equal("+PONG", await client.CallAsync(Words("PING")));
        Assert.StartsWith(
            "-WRONGPASS", await client.CallAsync(Words("AUTH", "first-password")), StringComparison.Ordinal);
        Assert.Equal("+OK", await client.CallAsync(Words("AUTH", "second-password")));
    }

    private static void WithUser(HengeOptions options) =>
        options.Security.Users.Add(new UserDefinition("bob", Role.Write, s_hash));

    private static string Words(params string[] words) => Sessions.SessionHarness.Array(words);

    /// <summary>What HELLO replies behind its first line to the first client of a node.</summary>
    private static string Hello(HengeNode node)
    {
        using var client = new Sessions.SessionHarness(node);
        client.Session.Client.User = User.Default;
        client.Session.Version = RespVersion.Resp3;
        string reply = client.Receive(Encoding.ASCII.GetBytes(Words("HELLO", "3")));
        return reply[(reply.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }
}
