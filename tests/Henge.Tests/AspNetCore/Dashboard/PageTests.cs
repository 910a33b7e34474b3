using System.Text.RegularExpressions;

using Henge.AspNetCore.Dashboard;

using Xunit;

namespace Henge.Tests.AspNetCore.Dashboard;

/// <summary>The page and its files, and the headers that they come with.</summary>
public sealed partial class PageTests
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    [Theory]
    [InlineData("/")]
    [InlineData("/dashboard")]
    public async Task The_page_has_a_policy_without_exceptions(string path)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply page = await node.GetAsync(path);
        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Header("Content-Type")));
        Assert.Equal(Policy, page.Header("Content-Security-Policy"));
        Assert.Equal("nosniff", page.Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", page.Header("Referrer-Policy"));
        Assert.Equal("same-origin", page.Header("Cross-Origin-Opener-Policy"));
    }

    [Fact]
    public async Task Its_files_are_served_as_what_they_are_and_sandboxed()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Contains("app.js", DashboardFiles.Names);
        foreach (string name in DashboardFiles.Names)
        {
            HttpReply file = await node.GetAsync($"/dashboard/{name}");
            string type = Path.GetExtension(name) switch
            {
                ".js" => "text/javascript; charset=utf-8",
                ".css" => "text/css; charset=utf-8",
                ".svg" => "image/svg+xml",
                _ => "none",
            };
            Assert.Equal((200, type), (file.Status, file.Header("Content-Type")));
            Assert.Equal("default-src 'none'; frame-ancestors 'none'; sandbox", file.Header("Content-Security-Policy"));
            Assert.Equal("nosniff", file.Header("X-Content-Type-Options"));
            Assert.Equal("same-origin", file.Header("Cross-Origin-Resource-Policy"));
        }
    }

    [Theory]
    [InlineData("/dashboard/none.js")]
    [InlineData("/dashboard/index.html")]
    [InlineData("/dashboard/")]
    [InlineData("/dashboard/..%2Fopenapi.json")]
    [InlineData("/dashboard/app.js/x")]
    public async Task Nothing_else_is(string path)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal("no-such-path", (await node.GetAsync(path)).Code);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/dashboard/app.js")]
    public async Task What_a_browser_has_is_not_sent_again(string path)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        HttpReply first = await node.GetAsync(path);
        string tag = first.Header("ETag")!;
        Assert.Equal(('"', "no-cache"), (tag[0], first.Header("Cache-Control")));
        HttpReply same = await node.GetAsync(path, ("If-None-Match", tag));
        Assert.Equal((304, 0, tag), (same.Status, same.Body.Length, same.Header("ETag")));
        Assert.Equal(200, (await node.GetAsync(path, ("If-None-Match", "\"other\""))).Status);
    }

    [Fact]
    public async Task With_a_password_the_page_asks_for_it_as_browsers_know_it()
    {
        await using HttpNode node = await HttpNode.StartAsync(static options => options.Password = "secret");
        foreach (string path in (string[])["/", "/dashboard", "/dashboard/app.js", "/v1/events", "/v1/inspect/k"])
        {
            HttpReply refused = await node.GetAsync(path);
            Assert.Equal((401, "password-wanted"), (refused.Status, refused.Code));
            Assert.StartsWith("Basic ", refused.Header("WWW-Authenticate"));
        }
        string basic = "Basic " + Convert.ToBase64String("default:secret"u8);
        Assert.Equal(200, (await node.GetAsync("/", ("Authorization", basic))).Status);
    }

    [Fact]
    public async Task Everything_it_names_is_relative_and_there_and_nothing_is_inline()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string page = (await node.GetAsync("/")).Text;
        foreach (Match link in Link().Matches(page))
        {
            string target = link.Groups[1].Value;
            if (!target.StartsWith('#'))
            {
                Assert.Matches("^[a-z]", target);
                Assert.DoesNotContain(":", target, StringComparison.Ordinal);
                Assert.Equal(200, (await node.GetAsync("/" + target)).Status);
            }
        }
        Assert.DoesNotMatch("""<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=""", page);
        foreach (string name in DashboardFiles.Names.Where(static name => name.EndsWith(".js")))
        {
            string script = (await node.GetAsync($"/dashboard/{name}")).Text;
            Assert.DoesNotMatch(
                @"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc", script);
            foreach (Match import in Import().Matches(script))
            {
                Assert.Contains(import.Groups[1].Value, DashboardFiles.Names);
                Assert.True(
                    page.Contains($"\"dashboard/{import.Groups[1].Value}\"", StringComparison.Ordinal),
                    $"{import.Groups[1].Value} is not loaded ahead");
            }
        }
    }

    [GeneratedRegex("""\s(?:href|src)="([^"]*)"(?!\s*/>)""")]
    private static partial Regex Link();

    [GeneratedRegex("""from "\./([^"]*)";""")]
    private static partial Regex Import();
}
