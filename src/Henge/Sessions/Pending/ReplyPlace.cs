using System.Buffers;

using Henge.Cluster.Lanes;
using Henge.Commands;

namespace Henge.Sessions.Pending;

/// <summary>
/// The place of one reply in a session's order, kept until the reply is there; or a run of replies that are there and
/// wait behind one. Belongs to its session's thread.
/// </summary>
internal sealed class ReplyPlace : IReplyTarget
{
    /// <summary>A buffer up to this size stays with its place.</summary>
    private const int KeptBytes = 512;

    private ReplyQueue? _queue;
    private byte[] _bytes = [];

    /// <summary>Bytes of reply that are there.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Whether the reply is there.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether its bytes are replies of commands that ran here, so that more of them may be added.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether nothing is sent for it (CLIENT REPLY OFF or SKIP).</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether no command of the session may run before it is complete.</summary>
    public bool IsBarrier { get; set; }

    /// <summary>Whether it holds confirmations of subscriptions, which no message may overtake.</summary>
    public bool HoldsPushes { get; set; }

    /// <summary>Becomes the place of a reply that is to come.</summary>
    public void Expect(ReplyQueue queue) => _queue = queue;

    /// <summary>Becomes a place of replies that are there.</summary>
    public void Fill(ReadOnlySpan<byte> replies)
    {
        IsComplete = true;
        IsOpen = true;
        Append(replies);
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length)
        {
            int wanted = Math.Max(Length + bytes.Length, 2 * Length);
            byte[] larger = wanted <= KeptBytes
                ? GC.AllocateUninitializedArray<byte>(wanted <= KeptBytes / 4 ? KeptBytes / 4 : KeptBytes)
                : ArrayPool<byte>.Shared.Rent(wanted);
            Bytes.CopyTo(larger);
            Return();
            _bytes = larger;
        }
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Forgets the bytes.</summary>
    public void Truncate() => Length = 0;

    /// <summary>The reply is what was appended.</summary>
    public void Complete()
    {
        IsComplete = true;
        if (_queue is { } queue)
        {
            queue.Completed(this);
        }
        else
        {
            Release();
        }
    }

    /// <inheritdoc/>
    public void Complete(int part, Outcome outcome, ReadOnlySpan<byte> reply)
    {
        if (_queue is not null)
        {
            if (outcome == Outcome.Done)
            {
                Append(reply);
            }
            else
            {
                Append(Errors.Line(outcome));
            }
        }
        Complete();
    }

    /// <summary>The session is gone: whatever comes is for nobody.</summary>
    public void Abandon()
    {
        _queue = null;
        Release();
    }

    /// <summary>As new.</summary>
    public void Reset()
    {
        Release();
        _queue = null;
        IsComplete = false;
        IsOpen = false;
        IsSilent = false;
        IsBarrier = false;
        HoldsPushes = false;
    }

    private void Release()
    {
        Length = 0;
        if (_bytes.Length > KeptBytes)
        {
            Return();
            _bytes = [];
        }
    }

    private void Return()
    {
        if (_bytes.Length > KeptBytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
