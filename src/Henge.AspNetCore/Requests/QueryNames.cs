namespace Henge.AspNetCore.Requests;

/// <summary>Query options that routes know.</summary>
[Flags]
internal enum QueryNames
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>enc=b64</c>: keys are base64url.</summary>
    Enc = 1,

    /// <summary><c>ttl=30s</c>.</summary>
    Ttl = 2,

    /// <summary><c>idle=10m</c>.</summary>
    Idle = 4,

    /// <summary><c>expires=</c> unix milliseconds.</summary>
    Expires = 8,

    /// <summary><c>by=1</c>.</summary>
    By = 16,

    /// <summary><c>match=</c> glob.</summary>
    Match = 32,

    /// <summary><c>cursor=</c>.</summary>
    Cursor = 64,

    /// <summary><c>limit=</c>.</summary>
    Limit = 128,

    /// <summary><c>prefix=</c>.</summary>
    Prefix = 256,

    /// <summary><c>all=true</c>.</summary>
    All = 512,

    /// <summary><c>key=</c>, of the starting program's <c>/get</c>.</summary>
    Key = 1024,

    /// <summary><c>lease=5s</c>: the right to fill the key is wanted where it is missing.</summary>
    Lease = 2048,

    /// <summary><c>wait=2s</c>: for how long to wait while another fills the key.</summary>
    Wait = 4096,

    /// <summary><c>tag=</c>: a tag to invalidate; may be there several times.</summary>
    Tag = 8192,

    /// <summary><c>count=10</c>.</summary>
    Count = 16384,

    /// <summary><c>local</c>: of this node alone.</summary>
    Local = 32768,

    /// <summary>What says how long an entry lives.</summary>
    Lifetime = Ttl | Idle | Expires,

    /// <summary>What a read says about leases.</summary>
    Leases = Lease | Wait,
}
