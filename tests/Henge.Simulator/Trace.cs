using System.Globalization;

using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Messages;
using Henge.Simulator.Nodes;
using Henge.Simulator.Time;

namespace Henge.Simulator;

/// <summary>What happens in a run, a line each, for people; nobody by default.</summary>
internal sealed class Trace(SimTime time, TextWriter? writer)
{
    /// <summary>Whether anybody listens.</summary>
    public bool IsOn => writer is not null;

    /// <summary>Something happened at a node, or (null) in the world.</summary>
    public void Note(SimNode? node, FormattableString text)
    {
        if (writer is not null)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{time.NowUs / 1e6,12:f6} {node?.ToString() ?? "-",-6} {text}"));
        }
    }

    public void Sent(SimNode node, Member to, LinkKind link, ReadOnlySpan<byte> message)
    {
        if (writer is not null)
        {
            Note(node, $"-> {to.Name} {link} {Describe(message)}");
        }
    }

    public void Sent(SimNode node, MemberId to, LinkKind link, ReadOnlySpan<byte> message)
    {
        if (writer is not null)
        {
            string name = node.Published.Members.TryGetValue(to, out Member? member) ? member.Name : "?";
            Note(node, $"-> {name} {link} {Describe(message)}");
        }
    }

    public void Received(SimNode node, Member from, LinkKind link, ReadOnlySpan<byte> message)
    {
        if (writer is not null)
        {
            Note(node, $"<- {from.Name} {link} {Describe(message)}");
        }
    }

    public void Received(SimNode node, MemberId from, LinkKind link, ReadOnlySpan<byte> message)
    {
        if (writer is not null)
        {
            string name = node.Published.Members.TryGetValue(from, out Member? member) ? member.Name : "?";
            Note(node, $"<- {name} {link} {Describe(message)}");
        }
    }

    private static string Describe(ReadOnlySpan<byte> message) =>
        message.IsEmpty ? "nothing" : $"{(MessageKind)message[0]} of {message.Length} bytes";
}
