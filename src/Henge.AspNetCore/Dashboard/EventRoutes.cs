using System.IO.Pipelines;

using Henge.AspNetCore.Replies;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Dashboard;

/// <summary>
/// <c>GET /v1/events</c>: server-sent events, about one a second, which are their own heartbeat. A reader gets the
/// newest event when it has taken the one before, so nothing is kept for slow ones; one that takes nothing for a while
/// is cut. The stream ends when the node stops, and when whoever listens may not any more.
/// </summary>
internal sealed class EventRoutes
{
    /// <summary>What is served.</summary>
    public const string ContentType = "text/event-stream";

    private readonly HengeNode _node;
    private readonly SnapshotFeed _feed;
    private readonly HttpLimits _limits;
    private readonly CancellationToken _stopping;
    private int _listeners;

    /// <summary>Creates the routes of a node.</summary>
    public EventRoutes(HengeNode node, SnapshotFeed feed, HttpLimits limits, CancellationToken stopping)
    {
        _node = node;
        _feed = feed;
        _limits = limits;
        _stopping = stopping;
    }

    /// <summary>Who listens now.</summary>
    public int Listeners => Volatile.Read(ref _listeners);

    /// <summary>Streams until somebody has enough.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mayStill">Whether who asked may still listen.</param>
    public async Task StreamAsync(HttpContext context, Func<bool> mayStill)
    {
        if (_node.Ring is null || _stopping.IsCancellationRequested)
        {
            await Problems.NotReady.WriteAsync(context).ConfigureAwait(false);
            return;
        }
        HttpResponse response = context.Response;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            SetHeaders(response);
            return;
        }
        if (Interlocked.Increment(ref _listeners) > _limits.EventListeners)
        {
            Interlocked.Decrement(ref _listeners);
            await Problems.TooManyListeners.WriteAsync(context).ConfigureAwait(false);
            return;
        }
        try
        {
            SetHeaders(response);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
            await SendAllAsync(context, mayStill, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The stream ends as it should, so that the stop need not wait for it.
        }
        finally
        {
            Interlocked.Decrement(ref _listeners);
        }
    }

    private static void SetHeaders(HttpResponse response)
    {
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        // Proxies that gather replies before they pass them on would pass on nothing.
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private async Task SendAllAsync(HttpContext context, Func<bool> mayStill, CancellationToken ending)
    {
        await context.Response.StartAsync(ending).ConfigureAwait(false);
        PipeWriter body = context.Response.BodyWriter;
        long seen = 0;
        string view = "";
        while (await _feed.AfterAsync(seen).WaitAsync(ending).ConfigureAwait(false) is { } next && mayStill())
        {
            seen = next.Number;
            if (next.View != view)
            {
                view = next.View;
                body.Append(next.Placement);
            }
            body.Append(next.Overview);
            if (!await TakesAsync(context, body, ending).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Whether the reader takes what was written, in good time.</summary>
    private async Task<bool> TakesAsync(HttpContext context, PipeWriter body, CancellationToken ending)
    {
        ValueTask<FlushResult> flushing = body.FlushAsync(ending);
        if (flushing.IsCompletedSuccessfully)
        {
            return !flushing.Result.IsCompleted;
        }
        try
        {
            FlushResult flushed = await flushing.AsTask()
                .WaitAsync(_limits.SlowListener, _node.TimeProvider, ending).ConfigureAwait(false);
            return !flushed.IsCompleted;
        }
        catch (TimeoutException)
        {
            context.Abort();
            return false;
        }
    }
}
