using System.Text;

using Henge.Cluster;
using Henge.Cluster.Lanes;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Peers;

namespace Henge.Tests.Peers.Rings;

/// <summary>An operation on a member that answers what it was asked.</summary>
internal sealed class EchoOperation(byte[] text, TaskCompletionSource<string>? asked) : Operation
{
    public override int KeyCount => 0;

    public override bool Writes => false;

    /// <summary>Asks until the answer is there: links may be on their way.</summary>
    public static async Task<string> AskAsync(RingLane lane, MemberId target, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            lane.Post(lane => lane.Lane.Start(
                new EchoOperation(Encoding.UTF8.GetBytes(text), asked) { Target = target }, lane.Now));
            string answer = await asked.Task.WaitAsync(patience.Token);
            if (answer != nameof(Outcome.NotDone))
            {
                return answer;
            }
        }
    }

    public override ReadOnlySpan<byte> KeyAt(int index) => default;

    public override Slot SlotAt(int index) => default;

    public override void Execute(Instant now)
    {
    }

    public override void WriteTo(MessageWriter writer)
    {
        writer.Byte((byte)RequestKind.Commands);
        writer.Raw(text);
    }

    public override void WriteReplyTo(MessageWriter writer) => writer.Raw(text);

    public override void Complete(Outcome outcome, bool wasRemote, ReadOnlySpan<byte> reply) =>
        asked?.SetResult(outcome == Outcome.Done ? Encoding.UTF8.GetString(reply) : outcome.ToString());
}
