using Henge.Server;
using Henge.Server.Display;

namespace Henge.Tests.Server;

/// <summary>Runs the command in this process and keeps what it writes.</summary>
internal sealed class CapturedTerminal
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly MemoryStream _bytes = new();

    /// <summary>The environment; nothing of the process's own is seen.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What standard input holds.</summary>
    public byte[] Input { get; set; } = [];

    /// <summary>Whether standard output pretends to be a terminal.</summary>
    public bool IsTerminal { get; set; }

    public int Width { get; set; } = 100;

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    /// <summary>What was written as bytes rather than text.</summary>
    public byte[] Bytes => _bytes.ToArray();

    public int Run(params string[] arguments) => HengeCommand.Run(arguments, new Terminal
    {
        Out = _out,
        Error = _error,
        OpenInput = () => new MemoryStream(Input),
        OpenOutput = () => new Unclosed(_bytes),
        Environment = name => Environment.GetValueOrDefault(name),
        IsTerminal = IsTerminal,
        Width = Width,
    });

    private sealed class Unclosed(MemoryStream to) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => to.Length;

        public override long Position { get => to.Position; set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => to.Write(buffer, offset, count);
    }
}
