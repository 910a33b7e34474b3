using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Replies;

/// <summary>Small JSON replies.</summary>
internal static class JsonReply
{
    /// <summary>
    /// Leaves text as it is but for what JSON itself asks for. Safe here because everything is served as
    /// application/json with nosniff, never inside HTML.
    /// </summary>
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes an object of a generated type as the whole reply.</summary>
    public static Task WriteAsync<T>(HttpContext context, T body, JsonTypeInfo<T> type, int status = 200)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body, type);
        return WriteAsync(context, json, status);
    }

    /// <summary>Writes <c>{"name":number}</c> as the whole reply.</summary>
    public static Task WriteNumberAsync(HttpContext context, ReadOnlySpan<byte> name, long number, int status = 200)
    {
        Span<byte> text = stackalloc byte[64];
        int at = 0;
        Append("{\""u8, text, ref at);
        Append(name, text, ref at);
        Append("\":"u8, text, ref at);
        number.TryFormat(text[at..], out int written, default, System.Globalization.CultureInfo.InvariantCulture);
        at += written;
        Append("}"u8, text, ref at);
        return WriteAsync(context, text[..at], status);
    }

    /// <summary>Writes JSON bytes as the whole reply.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlySpan<byte> json, int status = 200)
    {
        HttpResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            response.BodyWriter.Append(json);
        }
        return Task.CompletedTask;
    }

    /// <summary>Writes JSON of any length as the whole reply, a piece at a time as the reader takes it.</summary>
    public static async Task WriteLongAsync(HttpContext context, ReadOnlyMemory<byte> json, int pieceBytes)
    {
        HttpResponse response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }
        await response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        while (!json.IsEmpty)
        {
            ReadOnlyMemory<byte> piece = json[..Math.Min(pieceBytes, json.Length)];
            FlushResult flushed = await response.BodyWriter.WriteAsync(piece, context.RequestAborted)
                .ConfigureAwait(false);
            if (flushed.IsCompleted)
            {
                return;
            }
            json = json[piece.Length..];
        }
    }

    private static void Append(ReadOnlySpan<byte> part, Span<byte> text, ref int at)
    {
        part.CopyTo(text[at..]);
        at += part.Length;
    }
}
