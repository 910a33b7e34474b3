namespace Henge.Discovery.Etcd.Gateway;

/// <summary>The lines of an answer that goes on and on, each of a bounded length.</summary>
internal sealed class ReplyLines(Stream stream, int maxBytes)
{
    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>The next line that is not empty, valid until the next call; null at the end.</summary>
    /// <exception cref="IOException">The line is too long, or the connection broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        int seen = 0;
        while (true)
        {
            int length = _buffer.AsSpan((_start + seen).._end).IndexOf((byte)'\n');
            if (length >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, seen + length);
                _start += seen + length + 1;
                if (!line.Span.Trim((byte)' ').IsEmpty)
                {
                    return line;
                }
                seen = 0;
                continue;
            }
            seen = _end - _start;
            MakeRoom();
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }
            _end += read;
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_end >= maxBytes)
            {
                throw new IOException("a line is too long");
            }
            Array.Resize(ref _buffer, Math.Min(maxBytes, _buffer.Length * 2));
        }
    }
}
