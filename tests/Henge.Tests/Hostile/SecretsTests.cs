using System.Net.Http.Headers;
using System.Text;

using Henge.Security;
using Henge.Tests.Live;
using Henge.Tests.Server;
using Henge.Tests.Transport.Tls;

using Xunit;

namespace Henge.Tests.Hostile;

/// <summary>
/// Secrets of every kind are planted in a live node that speaks TLS and logs all it can, then right and wrong ones are
/// shown to it by all ways in; none may be found in anything that it says.
/// </summary>
[Collection(LiveCollection.Name)]
public sealed class SecretsTests
{
    private const string Planted = "planted-";
    private const string Password = Planted + "password-4711";
    private const string UserPassword = Planted + "of-a-user-4711";
    private const string ClusterSecret = Planted + "cluster-secret-4711";

    [Fact]
    public async Task No_secret_is_found_in_what_a_node_says()
    {
        using var certificates = new TestCertificates();
        certificates.Sign("node").Dispose();
        string key = await File.ReadAllTextAsync(certificates.Path("node.key"), Cancel);
        string hash = PasswordHash.Of(Encoding.UTF8.GetBytes(UserPassword), iterations: 1000).ToString();
        using var passwordFile = new TemporaryFile(Password + "\n");
        using var usersFile = new TemporaryFile($"bob read {hash}\n");
        using var secretFile = new TemporaryFile(ClusterSecret + "\n" + Planted + "next-secret\n");
        string[] options =
        [
            "--port", "0", "--log-level", "trace", "--slowlog-slower-than", "0", "--tls-plain",
            "--password-file", passwordFile.Path, "--users-file", usersFile.Path,
            "--cluster-secret-file", secretFile.Path,
            "--tls-cert", certificates.Path("node.crt"), "--tls-key", certificates.Path("node.key"),
        ];
        await using HengeProcess node = await HengeProcess.StartAsync([], options);
        var said = new StringBuilder();

        await ShowEverythingAsync(node);
        await AskByRedisAsync(node, said);
        await AskByHttpAsync(node, said);
        AskByCommand(node, said);
        await MeetAsync(node, said);
        await BreakFilesAsync(node, usersFile, secretFile);
        said.Append(node.Output).Append(node.Errors);
        if (OperatingSystem.IsLinux())
        {
            said.Append(await node.CommandLineAsync());
        }

        string all = said.ToString();
        Assert.True(all.Length > 10_000, "Too little was said to be looked through.");
        Assert.DoesNotContain(Planted, all, StringComparison.Ordinal);
        Assert.DoesNotContain(hash.Split('$')[3], all, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Split('\n')[1], all, StringComparison.Ordinal);
        foreach (string secret in new[] { Password, UserPassword, ClusterSecret })
        {
            string base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
            Assert.DoesNotContain(base64[..16], all, StringComparison.Ordinal);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Logs in rightly and wrongly by all ways.</summary>
    private static async Task ShowEverythingAsync(HengeProcess node)
    {
        foreach (string[] call in new string[][]
        {
            ["AUTH", Password], ["AUTH", Password + "x"], ["AUTH", "bob", UserPassword], ["AUTH", "bob", Planted],
            ["HELLO", "3", "AUTH", "default", Password], ["HELLO", "3", "AUTH", "bob", UserPassword, Planted],
            ["AUTH", "bob", UserPassword, Planted, Planted], ["CONFIG", "SET", "requirepass", Password],
        })
        {
            using RawClient client = await node.ConnectAsync();
            await client.CallAsync(call);
        }
        using HttpClient http = Client(node);
        foreach (string pair in new[] { "default:" + Password, "bob:" + UserPassword, "bob:" + Planted })
        {
            string shown = Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", shown);
            (await http.GetAsync("/v1/stats", Cancel)).Dispose();
        }
    }

    private static async Task AskByRedisAsync(HengeProcess node, StringBuilder said)
    {
        using RawClient client = await node.ConnectAsync();
        Assert.Equal("+OK", await client.CallAsync("AUTH", Password));
        Assert.Equal("+OK", await client.CallAsync("CONFIG", "SET", "requirepass", Password));
        foreach (string call in new[]
        {
            "INFO everything", "CONFIG GET *", "CLIENT LIST", "CLIENT INFO", "SLOWLOG GET -1", "COMMAND DOCS AUTH",
            "LATENCY DOCTOR", "MEMORY DOCTOR", "CLUSTER NODES", "CLUSTER LINKS", "HELLO 2",
        })
        {
            said.Append(await client.CallAsync(call.Split(' ')));
        }
    }

    private static async Task AskByHttpAsync(HengeProcess node, StringBuilder said)
    {
        using HttpClient http = Client(node);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Password);
        foreach (string path in new[]
        {
            "/", "/metrics", "/v1/stats", "/v1/cluster", "/v1/cluster/slots", "/readyz", "/openapi/v1.json", "/nothing",
        })
        {
            using HttpResponseMessage reply = await http.GetAsync(path, Cancel);
            said.Append(reply).Append(await reply.Content.ReadAsStringAsync(Cancel));
        }
    }

    private static void AskByCommand(HengeProcess node, StringBuilder said)
    {
        string[] where = ["--node", node.EndPoint.ToString()];
        foreach (string[] call in new string[][] { ["status"], ["status", "--json"], ["ring"], ["get", "k"] })
        {
            foreach (string password in new[] { Password, Planted + "wrong" })
            {
                var terminal = new CapturedTerminal { Environment = { ["HENGE_PASSWORD"] = password } };
                terminal.Run([.. call, .. where]);
                said.Append(terminal.Out).Append(terminal.Error);
            }
        }
    }

    /// <summary>Another node dials with another secret, and is refused.</summary>
    private static async Task MeetAsync(HengeProcess node, StringBuilder said)
    {
        await using HengeProcess stranger = await HengeProcess.StartAsync(
            new Dictionary<string, string> { ["HENGE_CLUSTER_SECRET"] = Planted + "other-secret" },
            "--port", "0", "--log-level", "trace", "--peers", node.EndPoint.ToString());
        await Eventually.HoldsAsync(
            () => Task.FromResult(stranger.Errors.Contains("secret", StringComparison.OrdinalIgnoreCase)),
            "the refusal is logged");
        said.Append(stranger.Output).Append(stranger.Errors);
    }

    /// <summary>Files that make no sense are read.</summary>
    private static async Task BreakFilesAsync(HengeProcess node, TemporaryFile users, TemporaryFile secret)
    {
        await File.WriteAllTextAsync(users.Path, $"bob read {Planted}in-the-place-of-a-hash\n", Cancel);
        await File.WriteAllTextAsync(secret.Path, "planted\n", Cancel);
        await node.SignalAsync("HUP");
        await Eventually.HoldsAsync(
            () => Task.FromResult(node.Errors.Contains("has no password hash", StringComparison.Ordinal)),
            "the bad file is logged");
        Assert.True(node.IsAlive);
    }

    private static HttpClient Client(HengeProcess node) =>
        new() { BaseAddress = new Uri($"http://{node.EndPoint}") };
}
