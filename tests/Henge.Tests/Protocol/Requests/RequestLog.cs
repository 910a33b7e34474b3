using System.Text;

using Henge.Protocol;
using Henge.Protocol.Requests;

namespace Henge.Tests.Protocol.Requests;

/// <summary>
/// Reads requests as a session would, and writes down what was read. Text is Latin-1, so bytes survive.
/// </summary>
internal sealed class RequestLog
{
    private readonly ByteRangeList _words = new();
    private readonly StringBuilder _log = new();
    private byte[] _waiting = [];
    private bool _isOver;

    public RespRequestReader Reader { get; } = new();

    public int Waiting => _waiting.Length;

    /// <summary>
    /// Everything that was read from pieces: commands as [word|word], then the error if there was one.
    /// </summary>
    public static string Of(string whole, RespLimits? limits = null) => Of(Encoding.Latin1.GetBytes(whole), [], limits);

    public static string Of(byte[] whole, IEnumerable<int> cuts, RespLimits? limits = null)
    {
        var log = new RequestLog();
        log.Reader.Limits = limits ?? log.Reader.Limits;
        int from = 0;
        foreach (int cut in cuts.Append(whole.Length))
        {
            log.Receive(whole.AsSpan(from, cut - from));
            from = cut;
        }
        return log._log.ToString();
    }

    public void Receive(ReadOnlySpan<byte> piece)
    {
        _waiting = [.. _waiting, .. piece];
        int position = 0;
        while (!_isOver)
        {
            _words.Clear(16);
            RequestStatus status = Reader.Read(_waiting, ref position, _words);
            if (status == RequestStatus.NeedMore)
            {
                break;
            }
            if (status == RequestStatus.Invalid)
            {
                _isOver = true;
                _log.Append(Reader.Error);
                break;
            }
            ReadOnlySpan<byte> source = status == RequestStatus.Inline ? Reader.InlineBytes : _waiting;
            _log.Append('[');
            for (int i = 0; i < _words.Count; i++)
            {
                ByteRange word = _words[i];
                _log.Append(i == 0 ? "" : "|").Append(Encoding.Latin1.GetString(source.Slice(word.Start, word.Length)));
            }
            _log.Append(']');
        }
        _waiting = _waiting[position..];
    }

    public override string ToString() => _log.ToString();
}
