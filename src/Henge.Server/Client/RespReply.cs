using System.Text;

namespace Henge.Server.Client;

/// <summary>One reply as a value, for subcommands that ask a few questions.</summary>
/// <param name="Kind">Its first byte on the wire: <c>+ - : $ *</c> or one of RESP3's.</param>
/// <param name="Bytes">Text, error or value; null for a missing one and for arrays.</param>
/// <param name="Number">The integer; 0 for other kinds.</param>
internal sealed record RespReply(char Kind, byte[]? Bytes, long Number)
{
    /// <summary>True when the reply says that there is nothing.</summary>
    public bool IsNull => Bytes is null && Kind is '$' or '_';

    /// <summary>The text of <see cref="Bytes"/>; empty when there is none.</summary>
    public string Text => Bytes is null ? "" : Encoding.UTF8.GetString(Bytes);
}
