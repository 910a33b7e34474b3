using System.Globalization;

using Henge.AspNetCore.Replies;
using Henge.AspNetCore.Requests;
using Henge.AspNetCore.Ring;
using Henge.Entries;

using Microsoft.AspNetCore.Http;

namespace Henge.AspNetCore.Routes;

/// <summary>
/// GET of <c>/v1/cache/{key}?lease=5s&amp;wait=2s</c>: of those who miss one key, one gets the lease and the others
/// wait for its fill (docs/leases.md). The owner is asked for the lease first, without the value; what is there is then
/// read as by any GET. Who waits asks again, at first soon, then four times a second, so that a node keeps nothing for
/// it but its connection.
/// </summary>
internal sealed class LeasedReader(HengeNode node, EntryReader reader, RingRequests ring)
{
    private const int FirstPauseMs = 25;
    private const int LongestPauseMs = 250;

    /// <summary>Answers with the value, or with 404 and perhaps the lease.</summary>
    public async Task ReadAsync(HttpContext context, byte[] key, int leaseMs, int waitMs)
    {
        long started = node.TimeProvider.GetTimestamp();
        int pauseMs = FirstPauseMs;
        // One miss is counted for a request, however often it asks.
        EntryFlags flags = EntryFlags.WithoutValue;
        while (true)
        {
            EntryAnswer answer;
            try
            {
                answer = await node.LeaseCalls.GetOrLeaseAsync(key, flags, leaseMs, context.RequestAborted)
                    .ConfigureAwait(false);
            }
            catch (HengeException)
            {
                MissReasons.Say(context, MissReasons.Topology);
                await Problems.OwnerAway.WriteAsync(context).ConfigureAwait(false);
                return;
            }
            if (answer.Status is not (EntryStatus.Leased or EntryStatus.Held))
            {
                await ReadAsync(context, key).ConfigureAwait(false);
                return;
            }
            long leftMs = waitMs - (long)node.TimeProvider.GetElapsedTime(started).TotalMilliseconds;
            if (answer.Status == EntryStatus.Leased || leftMs <= 0)
            {
                await MissAsync(context, answer).ConfigureAwait(false);
                return;
            }
            long nextMs = Math.Clamp(answer.HeldMs, 1, Math.Min(pauseMs, leftMs));
            await Task.Delay(TimeSpan.FromMilliseconds(nextMs), node.TimeProvider, context.RequestAborted)
                .ConfigureAwait(false);
            pauseMs = Math.Min(pauseMs * 2, LongestPauseMs);
            flags |= EntryFlags.Peeks;
        }
    }

    private Task ReadAsync(HttpContext context, byte[] key) => ring.TakesRead(key)
        ? ring.SendAsync(context, key, writes: false)
        : reader.ReadAsync(context, key);

    private static Task MissAsync(HttpContext context, in EntryAnswer answer)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers["X-Cache"] = "MISS";
        MissReasons.Say(context, MissReasons.NameOf(answer.WhyMissing));
        if (answer.Status == EntryStatus.Leased)
        {
            headers[LeaseQuery.Header] = LeaseQuery.Text(answer.Token);
        }
        else
        {
            headers.RetryAfter = ((answer.HeldMs + 999) / 1000).ToString(CultureInfo.InvariantCulture);
        }
        return Problems.NoSuchKey.WriteAsync(context);
    }
}
