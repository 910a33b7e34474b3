using System.Buffers;
using System.Text.Json;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Henge.AspNetCore.Replies;

/// <summary>
/// One error as a problem document (RFC 9457): <c>title</c> is the status's own phrase, <c>code</c> a stable word for
/// programs, <c>detail</c> a sentence for people. The bytes are made once, so a miss writes them out as they are.
/// </summary>
internal sealed class Problem
{
    private readonly byte[] _json;

    /// <summary>Creates a problem.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="code">Stable word; never changed once given.</param>
    /// <param name="detail">What is wrong and, where it is not plain, how to mend it.</param>
    /// <param name="retryAfterSeconds">Value of Retry-After; 0 for none.</param>
    public Problem(int status, string code, string detail, int retryAfterSeconds = 0)
    {
        Status = status;
        Code = code;
        Detail = detail;
        RetryAfterSeconds = retryAfterSeconds;
        _json = ToJson();
    }

    /// <summary>HTTP status.</summary>
    public int Status { get; }

    /// <summary>Stable word for programs.</summary>
    public string Code { get; }

    /// <summary>Sentence for people.</summary>
    public string Detail { get; }

    /// <summary>Seconds after which another try makes sense; 0 for unknown.</summary>
    public int RetryAfterSeconds { get; }

    /// <summary>Writes it as the whole reply; headers set before stay.</summary>
    public Task WriteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.StatusCode = Status;
        response.ContentType = "application/problem+json";
        response.ContentLength = _json.Length;
        if (RetryAfterSeconds > 0)
        {
            response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            response.BodyWriter.Append(_json);
        }
        return Task.CompletedTask;
    }

    private byte[] ToJson()
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(bytes, JsonReply.WriterOptions);
        json.WriteStartObject();
        json.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(Status));
        json.WriteNumber("status"u8, Status);
        json.WriteString("code"u8, Code);
        json.WriteString("detail"u8, Detail);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }
}
