using Henge.Commands;
using Henge.Security;
using Henge.Tests.Sessions;

using Xunit;

using static Henge.Tests.Sessions.SessionHarness;

namespace Henge.Tests.Security;

/// <summary>
/// The whole command table against every kind of user. What each command needs is written down here once more, so that
/// a row that changes, or a new one, is a decision and not an accident.
/// </summary>
public sealed class CommandAccessTests
{
    private const string Open = "AUTH HELLO QUIT RESET";

    private const string Admins =
        "BGSAVE CLIENT|KILL CLIENT|LIST CLIENT|NO-EVICT CLIENT|PAUSE CLIENT|UNPAUSE CLUSTER|RESET "
        + "CONFIG|GET CONFIG|HELP CONFIG|RESETSTAT CONFIG|REWRITE CONFIG|SET "
        + "DEBUG DEBUG|HELP DEBUG|OBJECT DEBUG|SET-ACTIVE-EXPIRE DEBUG|SLEEP DEBUG|STRINGMATCH-LEN "
        + "LATENCY|DOCTOR LATENCY|GRAPH LATENCY|HELP LATENCY|HISTOGRAM LATENCY|HISTORY LATENCY|LATEST LATENCY|RESET "
        + "SLOWLOG|GET SLOWLOG|HELP SLOWLOG|LEN SLOWLOG|RESET";

    private const string Writers =
        "APPEND COPY DECR DECRBY DEL EXPIRE EXPIREAT FLUSHALL FLUSHDB FUNCTION|FLUSH GETDEL GETEX GETSET HDEL HINCRBY "
        + "HINCRBYFLOAT HMSET HSET HSETNX INCR INCRBY INCRBYFLOAT MSET MSETNX PERSIST PEXPIRE PEXPIREAT PSETEX PUBLISH "
        + "RENAME RENAMENX SET SETBIT SETEX SETNX SETRANGE SPUBLISH UNLINK";

    // What a user with prefixes may call although it names no keys.
    private const string WithoutKeys =
        "ASKING AUTH CLIENT|GETNAME CLIENT|HELP CLIENT|ID CLIENT|INFO CLIENT|NO-TOUCH CLIENT|REPLY CLIENT|SETINFO "
        + "CLIENT|SETNAME CLUSTER|HELP CLUSTER|INFO CLUSTER|KEYSLOT CLUSTER|LINKS CLUSTER|MYID CLUSTER|MYSHARDID "
        + "CLUSTER|NODES CLUSTER|REPLICAS CLUSTER|SHARDS CLUSTER|SLOTS COMMAND COMMAND|COUNT COMMAND|DOCS "
        + "COMMAND|GETKEYS COMMAND|GETKEYSANDFLAGS COMMAND|HELP COMMAND|INFO COMMAND|LIST DISCARD ECHO EXEC "
        + "FUNCTION|LIST HELLO INFO MEMORY|DOCTOR MEMORY|HELP MEMORY|MALLOC-STATS MEMORY|STATS MULTI OBJECT|HELP PING "
        + "PUNSUBSCRIBE QUIT READONLY READWRITE RESET ROLE SELECT TIME UNSUBSCRIBE UNWATCH WAIT";

    private const string Refused =
        "CLIENT CLUSTER CLUSTER|COUNTKEYSINSLOT CLUSTER|GETKEYSINSLOT CONFIG DBSIZE FLUSHALL FLUSHDB FUNCTION "
        + "FUNCTION|FLUSH LASTSAVE LATENCY MEMORY OBJECT PUBSUB PUBSUB|CHANNELS PUBSUB|HELP PUBSUB|NUMPAT "
        + "PUBSUB|NUMSUB PUBSUB|SHARDCHANNELS PUBSUB|SHARDNUMSUB RANDOMKEY SLOWLOG";

    private static readonly string s_hash = PasswordHash.Of("p"u8, iterations: 1000).ToString();

    [Fact]
    public void Each_command_needs_the_role_that_is_written_down()
    {
        Dictionary<string, Role> expected = [];
        Add(Open, Role.None);
        Add(Admins, Role.Admin);
        Add(Writers, Role.Write);
        foreach (Command command in All())
        {
            Assert.True(
                expected.GetValueOrDefault(command.Name, Role.Read) == command.Needs,
                $"{command.Name} needs {command.Needs}");
            expected.Remove(command.Name);
        }
        Assert.Empty(expected);

        void Add(string names, Role role) => names.Split(' ').ToList().ForEach(name => expected.Add(name, role));
    }

    [Fact]
    public void Without_keys_a_command_is_open_to_users_with_prefixes_only_where_that_is_written_down()
    {
        string[] nothing = [.. All().Where(c => c.Reach == KeyReach.Nothing).Select(c => c.Name).Order()];
        string[] whole = [.. All()
            .Where(c => c.Reach == KeyReach.Whole && c.Needs != Role.Admin).Select(c => c.Name).Order()];
        string[] special = [.. All()
            .Where(c => c.Reach is not (KeyReach.Nothing or KeyReach.Whole or KeyReach.Keys))
            .Select(c => $"{c.Name}:{c.Reach}").Order()];

        Assert.Equal(
            [.. $"{WithoutKeys} {Admins}".Split(' ')
                .Where(n => !Admins.Split(' ').Contains(n) || n.StartsWith("CL", StringComparison.Ordinal))
                .Order()],
            nothing);
        Assert.Equal(Refused.Split(' ').Order(), whole);
        Assert.Equal(
            ["KEYS:Pattern", "PSUBSCRIBE:ChannelPatterns", "PUBLISH:Channel", "SCAN:Match", "SUBSCRIBE:Channels"],
            special);
        Assert.All(All().Where(c => c.Reach == KeyReach.Keys), static c => Assert.True(c.FirstKey > 0, c.Name));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Role.Read)]
    [InlineData(Role.Write)]
    [InlineData(Role.Admin)]
    public void A_session_runs_what_its_role_allows_and_nothing_else(Role? role)
    {
        using var node = new HengeNode(WithUsers());
        foreach (Command command in All())
        {
            using var client = new SessionHarness(node);
            if (role is not null)
            {
                Assert.Equal("+OK\r\n", client.Call("AUTH", role.Value.ToString(), "p"));
            }
            string reply = client.Call(Call(command, "app:k"));
            string expected = command.Needs == Role.None ? ""
                : role is null ? "-NOAUTH "
                : role < command.Needs ? "-NOPERM User "
                : "";
            bool isRefused = reply.StartsWith("-NOAUTH ", StringComparison.Ordinal)
                || reply.StartsWith("-NOPERM", StringComparison.Ordinal);

            Assert.True(
                expected.Length == 0 ? !isRefused || command.Needs == Role.None
                    : reply.StartsWith(expected, StringComparison.Ordinal),
                $"{role} {command.Name}: {reply}");
        }
    }

    [Theory]
    [InlineData("app:k", true)]
    [InlineData("other:k", false)]
    public void A_user_with_prefixes_reaches_its_own_keys_alone(string key, bool isOwn)
    {
        using var node = new HengeNode(WithUsers());
        foreach (Command command in All().Where(static c => c.Needs is Role.Read or Role.Write))
        {
            using var client = new SessionHarness(node);
            client.Call("AUTH", "app", "p");

            string reply = client.Call(Call(command, key));

            bool isAllowed = command.Reach == KeyReach.Nothing || (isOwn && command.Reach != KeyReach.Whole);
            Assert.True(
                isAllowed != reply.StartsWith("-NOPERM", StringComparison.Ordinal), $"{command.Name} {key}: {reply}");
        }
        Assert.True(isOwn || node.Store.Count == 0);
    }

    [Fact]
    public void One_foreign_key_among_many_is_enough()
    {
        using SessionHarness client = Prefixed();

        Assert.StartsWith("-NOPERM", client.Call("MSET", "app:a", "1", "b", "2"));
        Assert.StartsWith("-NOPERM", client.Call("COPY", "app:a", "b"));
        Assert.StartsWith("-NOPERM", client.Call("SUBSCRIBE", "app:a", "b"));
        Assert.StartsWith("-NOPERM", client.Call("DEL", "b", "app:a"));
        Assert.Equal("+OK\r\n", client.Call("MSET", "app:a", "1", "app:b", "2"));
    }

    [Theory]
    [InlineData("SCAN 0", false)]
    [InlineData("SCAN 0 MATCH *", false)]
    [InlineData("SCAN 0 MATCH app:*", true)]
    [InlineData("SCAN 0 MATCH app:* MATCH *", false)]
    [InlineData("SCAN 0 MATCH * MATCH app:*", false)]
    [InlineData("SCAN 0 TYPE MATCH MATCH *", false)]
    [InlineData("SCAN 0 COUNT 5 match app:x?", true)]
    [InlineData("SCAN 0 COUNT 5 TYPE string", false)]
    [InlineData("KEYS *", false)]
    [InlineData("KEYS ap*", false)]
    [InlineData("KEYS app*", false)]
    [InlineData("KEYS [a]pp:*", false)]
    [InlineData("KEYS a\\pp:*", false)]
    [InlineData("KEYS app:*", true)]
    [InlineData("KEYS app:7", true)]
    [InlineData("PSUBSCRIBE app:*", true)]
    [InlineData("PSUBSCRIBE app:* *", false)]
    [InlineData("PUBLISH app:1 other", true)]
    [InlineData("PUBLISH other app:1", false)]
    public void Patterns_stay_within_the_prefix(string call, bool isAllowed)
    {
        using SessionHarness client = Prefixed();

        Assert.Equal(!isAllowed, client.Call(call.Split(' ')).StartsWith("-NOPERM", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_refused_in_a_transaction_breaks_it()
    {
        using SessionHarness client = Prefixed();
        client.Call("MULTI");

        Assert.Equal("-NOPERM No permissions to access a key\r\n", client.Call("SET", "other", "1"));
        Assert.StartsWith("-ERR Command not allowed inside a transaction", client.Call("AUTH", "Admin", "p"));
        Assert.StartsWith("-EXECABORT", client.Call("EXEC"));
    }

    [Fact]
    public void Another_login_and_RESET_drop_the_rights_before()
    {
        using var node = new HengeNode(WithUsers());
        using var client = new SessionHarness(node);
        client.Call("AUTH", "Admin", "p");
        Assert.Equal("+OK\r\n", client.Call("SET", "k", "v"));

        client.Call("HELLO", "2", "AUTH", "Read", "p");
        Assert.Equal(
            "-NOPERM User Read has no permissions to run the 'set' command\r\n", client.Call("SET", "k", "w"));
        Assert.StartsWith("-WRONGPASS", client.Call("AUTH", "Admin", "wrong"));
        Assert.StartsWith("-NOPERM", client.Call("SET", "k", "w"));

        client.Call("RESET");
        Assert.StartsWith("-NOAUTH", client.Call("GET", "k"));
        Assert.Contains(" user=Read ", Listed(node, "Read"), StringComparison.Ordinal);
    }

    private static string Listed(HengeNode node, string user)
    {
        using var other = new SessionHarness(node);
        other.Call("AUTH", user, "p");
        return other.Call("CLIENT", "INFO");
    }

    private static IEnumerable<Command> All() =>
        new CommandTable().All.SelectMany(static command => command.Subcommands.Prepend(command));

    /// <summary>A call with as many words as the command needs, all keys and channels the same.</summary>
    private static string[] Call(Command command, string key)
    {
        List<string> words = [.. command.Name.Split('|')];
        if (command.Name == "SCAN")
        {
            return ["SCAN", "0", "MATCH", key];
        }
        int keyed = command.Reach == KeyReach.Keys ? command.FirstKey + 1 : 0;
        int count = Math.Max(words.Count, Math.Max(Math.Abs(command.Arity), keyed));
        if (command.HasSubcommands && count > 1)
        {
            words.Add("nosuchsubcommand");
        }
        while (words.Count < count)
        {
            words.Add(key);
        }
        return [.. words];
    }

    private static SessionHarness Prefixed()
    {
        var client = new SessionHarness(WithUsers());
        client.Call("AUTH", "app", "p");
        return client;
    }

    private static HengeOptions WithUsers()
    {
        HengeOptions options = SmallNode();
        foreach (Role role in new[] { Role.Read, Role.Write, Role.Admin })
        {
            options.Security.Users.Add(new UserDefinition(role.ToString(), role, s_hash));
        }
        options.Security.Users.Add(new UserDefinition("app", Role.Write, s_hash, "app:"));
        return options;
    }
}
