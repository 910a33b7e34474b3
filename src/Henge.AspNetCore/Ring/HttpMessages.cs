using Henge.Cluster.Messages;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Henge.AspNetCore.Ring;

/// <summary>
/// Requests and replies between nodes, as much of them as the routes look at:
/// <code>
/// request: text method | text target | u16 headers { text name, text value } | u32 length, body
/// reply:   u16 status | u16 headers { text name, text value } | u32 length, body
/// </code>
/// </summary>
internal static class HttpMessages
{
    private const int LongestText = 64 << 10;

    /// <summary>Writes a request; its body is given apart, since it has been read already.</summary>
    public static void WriteRequest(
        MessageWriter writer, string method, string target, IHeaderDictionary? headers, ReadOnlySpan<byte> body)
    {
        writer.Text(method);
        writer.Text(target);
        WriteHeaders(writer, headers, Matters);
        writer.Bytes(body);
    }

    /// <summary>Makes the request anew, with a reply that is gathered in memory; null when it makes no sense.</summary>
    public static DefaultHttpContext? ReadRequest(ref MessageReader reader)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = reader.Text(LongestText);
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = reader.Text(LongestText);
        ReadHeaders(ref reader, context.Request.Headers);
        byte[] body = reader.Bytes().ToArray();
        context.Request.ContentLength = body.Length;
        context.Request.Body = new MemoryStream(body, writable: false);
        context.Response.Body = new MemoryStream();
        return reader.IsDone ? context : null;
    }

    /// <summary>Writes the reply of a context that <see cref="ReadRequest"/> made.</summary>
    public static void WriteReply(MessageWriter writer, HttpContext context)
    {
        writer.UInt16((ushort)context.Response.StatusCode);
        WriteHeaders(writer, context.Response.Headers, static _ => true);
        var body = (MemoryStream)context.Response.Body;
        writer.Bytes(body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    /// <summary>Sets status and headers of a reply; the body is returned.</summary>
    public static ReadOnlySpan<byte> ReadReply(ReadOnlySpan<byte> message, HttpResponse response)
    {
        var reader = new MessageReader(message);
        response.StatusCode = reader.UInt16();
        ReadHeaders(ref reader, response.Headers);
        return reader.Bytes();
    }

    /// <summary>The body of a reply, where nothing else of it is wanted.</summary>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> message)
    {
        var reader = new MessageReader(message);
        reader.UInt16();
        for (int left = reader.UInt16(); left > 0 && !reader.Failed; left--)
        {
            reader.Bytes();
            reader.Bytes();
        }
        return reader.Bytes();
    }

    /// <summary>
    /// Conditions, ranges and what describes the value; no secrets, and nothing about the connection.
    /// </summary>
    private static bool Matters(string name) =>
        name.StartsWith("If-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Cache-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("Accept", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Range", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Range", StringComparison.OrdinalIgnoreCase);

    private static void WriteHeaders(MessageWriter writer, IHeaderDictionary? headers, Func<string, bool> matters)
    {
        int count = 0;
        int start = writer.Length;
        writer.UInt16(0);
        var lines = new MessageWriter();
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in headers ?? EmptyHeaders)
        {
            foreach (string? value in values)
            {
                if (matters(name))
                {
                    lines.Text(name);
                    lines.Text(value ?? "");
                    count++;
                }
            }
        }
        writer.Truncate(start);
        writer.UInt16((ushort)count);
        writer.Raw(lines.Written);
    }

    private static IHeaderDictionary EmptyHeaders { get; } = new HeaderDictionary();

    private static void ReadHeaders(ref MessageReader reader, IHeaderDictionary headers)
    {
        for (int left = reader.UInt16(); left > 0 && !reader.Failed; left--)
        {
            string name = reader.Text(LongestText);
            string value = reader.Text(LongestText);
            if (name.Length > 0)
            {
                headers[name] = headers.TryGetValue(name, out var before)
                    ? Microsoft.Extensions.Primitives.StringValues.Concat(before, value) : value;
            }
        }
    }
}
