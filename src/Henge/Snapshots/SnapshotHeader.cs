using System.Text;

using Henge.Cluster.Messages;

namespace Henge.Snapshots;

/// <summary>Whose a snapshot is, and of when.</summary>
internal sealed record SnapshotHeader
{
    private const int MaxTextBytes = 256;

    /// <summary>The cluster whose entries it holds.</summary>
    public required string Cluster { get; init; }

    /// <summary>The node that wrote it, for people.</summary>
    public required string Node { get; init; }

    /// <summary>When writing began, in unix milliseconds.</summary>
    public required long CreatedMs { get; init; }

    /// <summary>Writes it as fields.</summary>
    public void Write(MessageWriter writer)
    {
        WriteText(writer, Field.Cluster, Cluster);
        WriteText(writer, Field.Node, Node);
        writer.Byte((byte)Field.Created);
        writer.UInt16(sizeof(long));
        writer.Int64(CreatedMs);
    }

    /// <summary>Reads it; null when it makes no sense. Fields that a later version added are passed over.</summary>
    public static SnapshotHeader? Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new MessageReader(bytes);
        string? cluster = null;
        string node = "";
        long createdMs = -1;
        while (reader.Left > 0)
        {
            var field = (Field)reader.Byte();
            var value = new MessageReader(reader.Raw(reader.UInt16()));
            switch (field)
            {
                case Field.Cluster:
                    cluster = Encoding.UTF8.GetString(value.Rest);
                    break;
                case Field.Node:
                    node = Encoding.UTF8.GetString(value.Rest);
                    break;
                case Field.Created:
                    createdMs = value.Int64();
                    break;
                default:
                    break;
            }
        }
        return reader.Failed || cluster is null || createdMs < 0
            ? null : new SnapshotHeader { Cluster = cluster, Node = node, CreatedMs = createdMs };
    }

    private static void WriteText(MessageWriter writer, Field field, string text)
    {
        int bytes = Math.Min(MaxTextBytes, Encoding.UTF8.GetByteCount(text));
        writer.Byte((byte)field);
        writer.UInt16((ushort)bytes);
        writer.Raw(Encoding.UTF8.GetBytes(text).AsSpan(0, bytes));
    }

    // Append only: the numbers are in files.
    private enum Field : byte
    {
        Cluster = 1,
        Node = 2,
        Created = 3,
    }
}
