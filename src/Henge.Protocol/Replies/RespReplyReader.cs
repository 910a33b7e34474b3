using System.Buffers.Text;

namespace Henge.Protocol.Replies;

/// <summary>
/// Reads replies of RESP2 and RESP3 for clients: the command line, tests. Incremental: whole elements of an incomplete
/// array are consumed and remembered, so nothing is parsed twice but the last piece. Attributes are read and dropped;
/// the streamed types of RESP3 that no server sends are refused. Not thread safe.
/// </summary>
internal sealed class RespReplyReader
{
    /// <summary>Deepest nesting that is read; Redis's own replies stay below ten.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longest string that is read: Redis's bound.</summary>
    public const int MaxBulkBytes = 512 << 20;

    private const RespValueKind Attribute = (RespValueKind)'|';

    private readonly Stack<Aggregate> _open = new();

    /// <summary>Reads one reply.</summary>
    /// <param name="input">What was received and not consumed before.</param>
    /// <param name="consumed">Bytes that are done with, also when the reply is incomplete.</param>
    /// <param name="value">The reply when it is complete, else null.</param>
    public ReplyStatus Read(ReadOnlySpan<byte> input, out int consumed, out RespValue? value)
    {
        consumed = 0;
        value = null;
        while (true)
        {
            int at = consumed;
            ReplyStatus status = ReadElement(input, ref at, out RespValue? element);
            if (status != ReplyStatus.Complete)
            {
                return status;
            }
            consumed = at;
            // An element is finished, and with it perhaps the aggregates that it ends.
            while (element is not null)
            {
                if (_open.Count == 0)
                {
                    value = element;
                    return ReplyStatus.Complete;
                }
                Aggregate parent = _open.Peek();
                parent.Items.Add(element);
                element = null;
                if (parent.Items.Count == parent.Wanted)
                {
                    _open.Pop();
                    element = parent.Kind == Attribute ? null : Finished(parent);
                }
            }
        }
    }

    private static RespValue Finished(Aggregate aggregate) => new() { Kind = aggregate.Kind, Items = aggregate.Items };

    /// <summary>
    /// Reads a scalar, or opens an aggregate; then and after a dropped attribute there is no element yet.
    /// </summary>
    private ReplyStatus ReadElement(ReadOnlySpan<byte> input, ref int at, out RespValue? element)
    {
        element = null;
        int end = input[at..].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return ReplyStatus.NeedMore;
        }
        ReadOnlySpan<byte> line = input.Slice(at, end);
        if (line.IsEmpty)
        {
            return ReplyStatus.Invalid;
        }
        at += end + 2;
        var kind = (RespValueKind)line[0];
        line = line[1..];
        switch (kind)
        {
            case RespValueKind.SimpleString or RespValueKind.Error or RespValueKind.BigNumber:
                element = new RespValue { Kind = kind, Bytes = line.ToArray() };
                return ReplyStatus.Complete;
            case RespValueKind.Null:
                element = new RespValue { Kind = kind };
                return line.IsEmpty ? ReplyStatus.Complete : ReplyStatus.Invalid;
            case RespValueKind.Boolean:
                bool isTrue = line.SequenceEqual("t"u8);
                element = new RespValue { Kind = kind, Integer = isTrue ? 1 : 0 };
                return isTrue || line.SequenceEqual("f"u8) ? ReplyStatus.Complete : ReplyStatus.Invalid;
            case RespValueKind.Double:
                return ReadDouble(line, out element);
            case RespValueKind.Integer:
                bool isNumber = TryNumber(line, out long number);
                element = new RespValue { Kind = kind, Integer = number };
                return isNumber ? ReplyStatus.Complete : ReplyStatus.Invalid;
            case RespValueKind.Bulk or RespValueKind.BulkError or RespValueKind.Verbatim:
                return ReadBytes(kind, line, input, ref at, out element);
            case RespValueKind.Array or RespValueKind.Set or RespValueKind.Push or RespValueKind.Map or Attribute:
                return Open(kind, line, out element);
            default:
                return ReplyStatus.Invalid;
        }
    }

    private static ReplyStatus ReadDouble(ReadOnlySpan<byte> line, out RespValue? element)
    {
        double number;
        element = null;
        if (line.SequenceEqual("inf"u8) || line.SequenceEqual("-inf"u8))
        {
            number = line.Length == 3 ? double.PositiveInfinity : double.NegativeInfinity;
        }
        else if (line.SequenceEqual("nan"u8) || line.SequenceEqual("-nan"u8))
        {
            number = double.NaN;
        }
        else if (!Utf8Parser.TryParse(line, out number, out int used) || used != line.Length)
        {
            return ReplyStatus.Invalid;
        }
        element = new RespValue { Kind = RespValueKind.Double, Double = number };
        return ReplyStatus.Complete;
    }

    private static ReplyStatus ReadBytes(
        RespValueKind kind, ReadOnlySpan<byte> line, ReadOnlySpan<byte> input, ref int at, out RespValue? element)
    {
        element = null;
        if (!TryNumber(line, out long length) || length > MaxBulkBytes || length < -1)
        {
            return ReplyStatus.Invalid;
        }
        if (length < 0)
        {
            element = new RespValue { Kind = RespValueKind.Null };
            return ReplyStatus.Complete;
        }
        int size = (int)length;
        if (input.Length - at < size + 2)
        {
            return ReplyStatus.NeedMore;
        }
        ReadOnlySpan<byte> bytes = input.Slice(at, size);
        at += size;
        if (input[at] != (byte)'\r' || input[at + 1] != (byte)'\n')
        {
            return ReplyStatus.Invalid;
        }
        at += 2;
        if (kind == RespValueKind.Verbatim)
        {
            if (size < 4 || bytes[3] != (byte)':')
            {
                return ReplyStatus.Invalid;
            }
            bytes = bytes[4..];
        }
        element = new RespValue { Kind = kind, Bytes = bytes.ToArray() };
        return ReplyStatus.Complete;
    }

    private ReplyStatus Open(RespValueKind kind, ReadOnlySpan<byte> line, out RespValue? element)
    {
        element = null;
        if (!TryNumber(line, out long count) || count > int.MaxValue / 2 || count < -1 || _open.Count == MaxDepth)
        {
            return ReplyStatus.Invalid;
        }
        if (count < 0)
        {
            element = new RespValue { Kind = RespValueKind.Null };
            return ReplyStatus.Complete;
        }
        int wanted = (int)count * (kind is RespValueKind.Map or Attribute ? 2 : 1);
        var aggregate = new Aggregate(kind, wanted, []);
        if (wanted != 0)
        {
            _open.Push(aggregate);
        }
        else if (kind != Attribute)
        {
            element = Finished(aggregate);
        }
        return ReplyStatus.Complete;
    }

    private static bool TryNumber(ReadOnlySpan<byte> line, out long number) =>
        Utf8Parser.TryParse(line, out number, out int used) && used == line.Length;

    /// <summary>An array, map, set, push or attribute whose elements are still arriving.</summary>
    private sealed record Aggregate(RespValueKind Kind, int Wanted, List<RespValue> Items);
}
