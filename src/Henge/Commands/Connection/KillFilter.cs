using System.Text;

using Henge.Security;
using Henge.Sessions;

namespace Henge.Commands.Connection;

/// <summary>Which connections CLIENT KILL means; all that is given must hold.</summary>
internal struct KillFilter
{
    /// <summary>CLIENT ID; 0 for any.</summary>
    public long Id { get; private set; }

    /// <summary>Whether the connection that asks is spared.</summary>
    public bool SkipMe { get; private set; }

    private string? _remote;
    private string? _local;
    private ClientKind? _kind;
    private string? _user;
    private long _minAgeSeconds;

    /// <summary>Everyone but the one who asks.</summary>
    public KillFilter() => SkipMe = true;

    /// <summary>Reads "option value" pairs from word 2 on; false with the error written.</summary>
    public bool TryRead(ref CommandContext context)
    {
        CommandArguments words = context.Arguments;
        for (int i = 2; i < words.Count; i += 2)
        {
            if (i + 1 == words.Count)
            {
                context.Reply.Error(Errors.Syntax);
                return false;
            }
            if (!TryReadOne(ref context, words[i], words[i + 1]))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether a session is meant.</summary>
    public readonly bool Matches(RespSession session, long nowMs) =>
        (Id == 0 || session.Id == Id)
        && (_remote is null || session.Connection.RemoteEndPoint.ToString() == _remote)
        && (_local is null || session.Connection.LocalEndPoint.ToString() == _local)
        && (_user is null || session.Client.User?.Name == _user)
        && (_kind is null || ClientListing.KindOf(session) == _kind)
        && (_minAgeSeconds == 0 || (nowMs - session.CreatedAtMs) / 1000 >= _minAgeSeconds);

    private bool TryReadOne(ref CommandContext context, ReadOnlySpan<byte> option, ReadOnlySpan<byte> value)
    {
        if (Ascii.EqualsIgnoreCase(option, "ID"u8))
        {
            bool isId = Numbers.TryParse(value, out long id) && id > 0;
            Id = id;
            return isId || Fail(ref context, "ERR client-id should be greater than 0"u8);
        }
        if (Ascii.EqualsIgnoreCase(option, "MAXAGE"u8))
        {
            bool isAge = Numbers.TryParse(value, out _minAgeSeconds) && _minAgeSeconds > 0;
            return isAge || Fail(ref context, "ERR maxage is not an integer or out of range"u8);
        }
        if (Ascii.EqualsIgnoreCase(option, "ADDR"u8))
        {
            _remote = Errors.Printable(value);
            return true;
        }
        if (Ascii.EqualsIgnoreCase(option, "LADDR"u8))
        {
            _local = Errors.Printable(value);
            return true;
        }
        if (Ascii.EqualsIgnoreCase(option, "TYPE"u8))
        {
            bool isKind = ClientListing.TryReadKind(ref context, value, out ClientKind kind);
            _kind = kind;
            return isKind;
        }
        if (Ascii.EqualsIgnoreCase(option, "USER"u8))
        {
            _user = Encoding.UTF8.GetString(value);
            if (_user != User.Default.Name && context.Node.Authenticator.Find(_user) is null)
            {
                context.Reply.Error($"ERR No such user '{Errors.Printable(value)}'");
                return false;
            }
            return true;
        }
        if (Ascii.EqualsIgnoreCase(option, "SKIPME"u8))
        {
            SkipMe = Ascii.EqualsIgnoreCase(value, "YES"u8);
            return SkipMe || Ascii.EqualsIgnoreCase(value, "NO"u8) || Fail(ref context, Errors.Syntax);
        }
        return Fail(ref context, Errors.Syntax);
    }

    private static bool Fail(ref CommandContext context, ReadOnlySpan<byte> error)
    {
        context.Reply.Error(error);
        return false;
    }
}
