using System.Reflection;
using System.Security.Cryptography;

using Henge.AspNetCore.Replies;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Henge.AspNetCore.Dashboard;

/// <summary>
/// The page and its files, as they are in the repository: embedded, served with a strong ETag, and small. All their
/// addresses are relative, so that they work wherever an application maps them.
/// </summary>
internal static class DashboardFiles
{
    private const string Folder = "Dashboard/";
    private const string Page = "index.html";

    // Only what this node serves may load, run and be asked; text from the network can never become markup, since no
    // policy for trusted types exists; nobody may frame the page.
    private static readonly StringValues s_policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly StringValues s_noCache = "no-cache";
    private static readonly StringValues s_noReferrer = "no-referrer";
    private static readonly StringValues s_sameOrigin = "same-origin";

    private static readonly Dictionary<string, DashboardFile> s_files = Load();

    /// <summary>Names of the files, without the page itself.</summary>
    public static IEnumerable<string> Names => s_files.Keys.Where(static name => name != Page);

    /// <summary>The page.</summary>
    public static Task PageAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = s_policy;
        headers["Referrer-Policy"] = s_noReferrer;
        headers["Cross-Origin-Opener-Policy"] = s_sameOrigin;
        return WriteAsync(context, s_files[Page]);
    }

    /// <summary>One of its files.</summary>
    public static Task FileAsync(HttpContext context, ReadOnlySpan<char> name)
    {
        if (!s_files.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out DashboardFile? file)
            || name is Page)
        {
            return Problems.NoSuchPath.WriteAsync(context);
        }
        context.Response.Headers["Cross-Origin-Resource-Policy"] = s_sameOrigin;
        return WriteAsync(context, file);
    }

    private static Task WriteAsync(HttpContext context, DashboardFile file)
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = file.EntityTag;
        response.Headers.CacheControl = s_noCache;
        foreach (string? tags in context.Request.Headers.IfNoneMatch)
        {
            if (tags is not null && tags.Contains(file.EntityTag, StringComparison.Ordinal))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }
        Task written = JsonReply.WriteAsync(context, file.Bytes);
        response.ContentType = file.ContentType;
        return written;
    }

    private static Dictionary<string, DashboardFile> Load()
    {
        var files = new Dictionary<string, DashboardFile>(StringComparer.Ordinal);
        Assembly assembly = Assembly.GetExecutingAssembly();
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(Folder, StringComparison.Ordinal))
            {
                continue;
            }
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes)[..16])}\"";
            string name = resource[Folder.Length..];
            files.Add(name, new DashboardFile(bytes, TypeOf(name), tag));
        }
        return files;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        _ => "image/svg+xml",
    };
}
