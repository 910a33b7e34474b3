using Henge.Cluster.Members.Reports;
using Henge.Cluster.Messages;

namespace Henge.Tests.Cluster.Members;

/// <summary>Messages that no node of the test has sent.</summary>
internal static class TestMessages
{
    public static byte[] Gossip(params MemberReport[] reports)
    {
        var writer = new MessageWriter();
        writer.Begin(MessageKind.Gossip);
        writer.UInt64(0);
        ReportCodec.WriteList(writer, reports);
        return writer.Written.ToArray();
    }
}
