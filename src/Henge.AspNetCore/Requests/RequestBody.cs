using System.Buffers;
using System.IO.Pipelines;

using Henge.AspNetCore.Replies;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Henge.AspNetCore.Requests;

/// <summary>
/// The body of one request, read to its end into one buffer that grows with what has arrived, never with what was
/// announced: a slow sender of a large body holds little. Small buffers come from the pool; large ones do not go back
/// to it, as the pool would keep them for good.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 4 << 10;
    private const int LargestPooled = 1 << 20;

    private readonly BodyBudget _budget;
    private byte[] _buffer = [];
    private long _announced = long.MaxValue;
    private int _length;

    internal RequestBody(BodyBudget budget) => _budget = budget;

    /// <summary>What was read; until disposed.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Reads all of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">Most bytes; at most <see cref="Array.MaxLength"/>.</param>
    /// <param name="tooLong">The problem when there are more.</param>
    /// <returns>Null, or why it was not read; the rest of the body is then left unread and the connection
    /// closes.</returns>
    /// <exception cref="BadHttpRequestException">It is malformed or comes too slowly; the status says
    /// which.</exception>
    public async ValueTask<Problem?> ReadAsync(HttpContext context, long limit, Problem tooLong)
    {
        if (context.Request.ContentLength > limit)
        {
            return Refuse(context, tooLong);
        }
        _announced = context.Request.ContentLength ?? long.MaxValue;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size
            && size.MaxRequestBodySize <= limit)
        {
            size.MaxRequestBodySize = limit + 1;
        }
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            ReadOnlySequence<byte> arrived = read.Buffer;
            if (_length + arrived.Length > limit)
            {
                reader.AdvanceTo(arrived.Start, arrived.End);
                return Refuse(context, tooLong);
            }
            if (!TryGrow(_length + (int)arrived.Length))
            {
                reader.AdvanceTo(arrived.Start, arrived.End);
                return Refuse(context, Problems.Busy);
            }
            arrived.CopyTo(_buffer.AsSpan(_length));
            _length += (int)arrived.Length;
            reader.AdvanceTo(arrived.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => Replace([]);

    private static Problem Refuse(HttpContext context, Problem problem)
    {
        context.Response.Headers.Connection = "close";
        return problem;
    }

    private bool TryGrow(int length)
    {
        if (length <= _buffer.Length)
        {
            return true;
        }
        long wanted = Math.Min(Math.Max(FirstBytes, 2L * _buffer.Length), _announced);
        int size = (int)Math.Min(Math.Max(length, wanted), Array.MaxLength);
        byte[] larger = size <= LargestPooled
            ? ArrayPool<byte>.Shared.Rent(size)
            : GC.AllocateUninitializedArray<byte>(size);
        if (!_budget.TryTake(larger.Length))
        {
            Return(larger);
            return false;
        }
        Bytes.CopyTo(larger);
        Replace(larger);
        return true;
    }

    private void Replace(byte[] buffer)
    {
        if (_buffer.Length > 0)
        {
            _budget.Give(_buffer.Length);
            Return(_buffer);
        }
        _buffer = buffer;
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
