namespace Henge.Commands;

/// <summary>What a command does, as COMMAND INFO reports it and as the session's checks need it.</summary>
[Flags]
internal enum CommandFlags
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>May change entries.</summary>
    Write = 1 << 0,

    /// <summary>Reads entries only.</summary>
    ReadOnly = 1 << 1,

    /// <summary>May need memory, so it is refused when there is none.</summary>
    DenyOom = 1 << 2,

    /// <summary>For operators.</summary>
    Admin = 1 << 3,

    /// <summary>Publishes or subscribes.</summary>
    PubSub = 1 << 4,

    /// <summary>Not inside MULTI.</summary>
    NoMulti = 1 << 5,

    /// <summary>Allowed before authentication.</summary>
    NoAuth = 1 << 6,

    /// <summary>Constant or logarithmic time.</summary>
    Fast = 1 << 7,

    /// <summary>Carried out at once even inside MULTI (EXEC, DISCARD, MULTI, WATCH, QUIT, RESET).</summary>
    NotQueued = 1 << 8,

    /// <summary>Allowed while a RESP2 connection is subscribed.</summary>
    WhileSubscribed = 1 << 9,

    /// <summary>
    /// Touches all keys, so inside EXEC every shard is locked (DBSIZE, KEYS, SCAN, FLUSHALL, RANDOMKEY).
    /// </summary>
    AllKeys = 1 << 10,

    /// <summary>Where its keys stand depends on its words.</summary>
    MovableKeys = 1 << 11,

    /// <summary>May take long.</summary>
    Blocking = 1 << 12,

    /// <summary>Arguments hold secrets: never in SLOWLOG or logs.</summary>
    Sensitive = 1 << 13,
}
