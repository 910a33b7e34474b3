namespace Henge.Peers;

/// <summary>First byte of what an operation sends to another node. Append only: the numbers are sent.</summary>
internal enum RequestKind : byte
{
    /// <summary>No request.</summary>
    None = 0,

    /// <summary>RESP commands, one or those of a transaction.</summary>
    Commands = 1,

    /// <summary>A request of the HTTP API.</summary>
    Http = 2,

    /// <summary>A verb on one entry, from a cache in an application.</summary>
    Entry = 3,

    /// <summary>Several of these, on entries of one owner.</summary>
    Entries = 4,

    /// <summary>What a member has counted, for pages and lists of the whole ring.</summary>
    Figures = 5,
}
