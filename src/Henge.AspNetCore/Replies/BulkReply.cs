using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;

using Henge.AspNetCore.Requests;
using Henge.Storage;

namespace Henge.AspNetCore.Replies;

/// <summary><c>{"results":[…]}</c>, written as the results come: what is held is one result and one piece.</summary>
internal sealed class BulkReply : IAsyncDisposable
{
    private readonly PipeWriter _body;
    private readonly Utf8JsonWriter _json;
    private readonly int _pieceBytes;

    internal BulkReply(PipeWriter body, int pieceBytes)
    {
        _body = body;
        _pieceBytes = pieceBytes;
        _json = new Utf8JsonWriter(body, JsonReply.WriterOptions);
        _json.WriteStartObject();
        _json.WriteStartArray("results"u8);
    }

    /// <summary>A key that went wrong, or that is not there, and why if that is known.</summary>
    public void WriteStatus(string? key, Problem problem, string? miss = null)
    {
        Begin(key, problem.Status);
        _json.WriteString("code"u8, problem.Code);
        if (miss is not null)
        {
            _json.WriteString("miss"u8, miss);
        }
        _json.WriteEndObject();
    }

    /// <summary>A key that was written or deleted.</summary>
    public void WriteStatus(string key, int status, string? etag)
    {
        Begin(key, status);
        if (etag is not null)
        {
            _json.WriteString("etag"u8, etag);
        }
        _json.WriteEndObject();
    }

    /// <summary>A key that is read: its value is copied out while the entry is held and encoded after.</summary>
    public void WriteEntry(string keyText, ReadOnlySpan<byte> key, bool text, HengeNode node, ContentTypes contentTypes)
    {
        long nowMs = node.NowMs;
        EntryFacts facts;
        byte[] value;
        using (EntryScope entry = node.Store.Open(key, nowMs))
        {
            if (!entry.Read())
            {
                WriteStatus(keyText, Problems.NoSuchKey, MissReasons.NameOf(entry.WhyMissing));
                return;
            }
            if (entry.Type != EntryType.String)
            {
                WriteStatus(keyText, Problems.WrongType);
                return;
            }
            facts = EntryFacts.Take(node, key, entry, contentTypes, use: true, nowMs);
            value = entry.Value.ToArray();
        }
        Begin(keyText, 200);
        _json.WriteString("etag"u8, EntityTag.Of(facts.Version));
        _json.WriteString("content_type"u8, facts.ContentType);
        if (facts.ExpiresAtMs != 0)
        {
            _json.WriteNumber("expires"u8, facts.ExpiresAtMs);
        }
        if (text && Utf8.IsValid(value))
        {
            _json.WriteString("text"u8, value);
        }
        else
        {
            _json.WriteBase64String("value"u8, value);
        }
        _json.WriteEndObject();
    }

    /// <summary>A result that another node wrote.</summary>
    public void WriteResult(ReadOnlySpan<byte> json) => _json.WriteRawValue(json, skipInputValidation: true);

    /// <summary>Sends what has been written once it is a piece, and waits while the reader is behind.</summary>
    public async ValueTask FlushWhenFullAsync(CancellationToken cancellationToken)
    {
        if (_json.BytesPending + _body.UnflushedBytes < _pieceBytes)
        {
            return;
        }
        _json.Flush();
        await _body.FlushAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Ends the object. The last piece is sent with the end of the request.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_json.CurrentDepth == 2)
        {
            _json.WriteEndArray();
            _json.WriteEndObject();
        }
        _json.Flush();
        await _json.DisposeAsync().ConfigureAwait(false);
    }

    private void Begin(string? key, int status)
    {
        _json.WriteStartObject();
        _json.WriteString("key"u8, key);
        _json.WriteNumber("status"u8, status);
    }
}
