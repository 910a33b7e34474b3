namespace Henge.Sessions;

/// <summary>Which replies a client wants, as CLIENT REPLY sets it.</summary>
internal enum ReplyMode : byte
{
    /// <summary>All of them.</summary>
    On = 0,

    /// <summary>None until CLIENT REPLY ON.</summary>
    Off = 1,

    /// <summary>None for the command after this one, where it turns into <see cref="Skip"/>.</summary>
    SkipNext = 2,

    /// <summary>None for the command that runs now; the session turns it back into <see cref="On"/> after it.</summary>
    Skip = 3,
}
