using Henge.Storage;

namespace Henge.AspNetCore.Replies;

/// <summary>Every problem that the API answers with.</summary>
internal static class Problems
{
    public static readonly Problem NoSuchKey = new(404, "no-such-key", "There is no entry under this key.");

    public static readonly Problem NoSuchPath =
        new(404, "no-such-path", "This path is not served; see /openapi/v1.json.");

    public static readonly Problem MetricsOff =
        new(404, "metrics-off", "The node was started with its metrics off.");

    public static readonly Problem SlashInKey =
        new(404, "slash-in-key", "A key is one segment of the path: send / as %2F.");

    public static readonly Problem EmptyKey = new(400, "empty-key", "The key is missing: a key has at least one byte.");

    public static readonly Problem KeyTooLong = new(400, "key-too-long", "A key has at most 65,536 bytes.");

    public static readonly Problem BadKeyEncoding =
        new(400, "bad-key", "The key is not valid percent-encoding: % takes two hexadecimal digits.");

    public static readonly Problem BadKeyBase64 =
        new(400, "bad-key", "With enc=b64 the key must be base64url (RFC 4648, 5).");

    public static readonly Problem DotKey =
        new(400, "bad-key", "The keys '.' and '..' cannot stand in a path; send them with enc=b64.");

    public static readonly Problem WrongType =
        new(409, "wrong-type", "The entry is not a string; hashes are read and written over RESP.");

    public static readonly Problem NotText =
        new(409, "not-text", "The value is not UTF-8 text; read it from /v1/cache/{key}.");

    public static readonly Problem NotAnInteger =
        new(409, "not-an-integer", "The value is not a 64-bit integer in plain decimal.");

    public static readonly Problem IntegerOverflow =
        new(409, "integer-overflow", "The result does not fit in 64 bits; the value is unchanged.");

    public static readonly Problem PreconditionFailed =
        new(412, "precondition-failed", "The entry is not in the state that If-Match or If-None-Match asks for.");

    public static readonly Problem ValueTooLong =
        new(413, "value-too-long", "The value is longer than the node's max-value.");

    public static readonly Problem BodyTooLong = new(413, "body-too-long", "The request body is too long.");

    public static readonly Problem TooManyKeys = new(413, "too-many-keys", "The call names too many keys; split it.");

    public static readonly Problem JsonWanted =
        new(415, "json-wanted", "Send the body as Content-Type: application/json.");

    public static readonly Problem FormRefused = new(415, "form-refused",
        "Form content types are refused here, as other sites' pages can send them; use application/octet-stream.");

    public static readonly Problem BadContentType =
        new(400, "bad-content-type", "Content-Type must be printable ASCII of at most 255 characters.");

    public static readonly Problem BadJson = new(400, "bad-json", "The body is not the JSON that this call takes.");

    public static readonly Problem BadLeaseTime =
        new(400, "bad-duration", "'lease' must be a positive whole number with a unit, as 5s; at most 10 minutes.");

    public static readonly Problem BadWaitTime =
        new(400, "bad-duration", "'wait' must be a positive whole number with a unit, as 2s; at most 1 minute.");

    public static readonly Problem BadLease =
        new(400, "bad-lease", "Cache-Lease must be a token as a GET with 'lease' answered it.");

    public static readonly Problem StaleLease = new(409, "stale-lease",
        "The lease has ended: its time is over, or the key was written or deleted. Nothing was stored.");

    public static readonly Problem TwoLengths =
        new(400, "two-lengths", "A request has either Content-Length or Transfer-Encoding, never both.");

    public static readonly Problem TextOrValue =
        new(400, "text-or-value", "Give each entry either 'text' or 'value' (base64).");

    public static readonly Problem RangeNotSatisfiable =
        new(416, "range-not-satisfiable", "The range begins beyond the end of the value.");

    public static readonly Problem HostRefused = new(421, "host-refused",
        "Without a password the node answers only to localhost, IP addresses and its own names.");

    public static readonly Problem CrossSite =
        new(403, "cross-site", "Requests from pages of other sites are refused.");

    public static readonly Problem PasswordWanted = new(401, "password-wanted",
        "Send the password as Authorization: Bearer, or as Basic with the user name 'default'.");

    public static readonly Problem TooManyAttempts = new(429, "too-many-attempts",
        "Too many wrong passwords came from this address.", retryAfterSeconds: 1);

    public static readonly Problem Forbidden =
        new(403, "forbidden", "This user's role does not allow this.");

    public static readonly Problem ForbiddenKey =
        new(403, "forbidden-key", "This user may touch only keys with certain prefixes, and this is not one of them.");

    public static readonly Problem Protected = new(403, "protected",
        "The node has no password and serves this machine alone; start it with one to serve others.");

    public static readonly Problem OutOfMemory =
        new(507, "out-of-memory", "The node's memory limit leaves no room for the entry.", retryAfterSeconds: 5);

    public static readonly Problem Busy =
        new(503, "busy", "The node holds as many request bodies as it may; try again.", retryAfterSeconds: 1);

    public static readonly Problem TooManyListeners = new(503, "too-many-listeners",
        "As many listen to the node's events as may; close another dashboard.", retryAfterSeconds: 10);

    public static readonly Problem NotReady =
        new(503, "not-ready", "The node is starting or stopping.", retryAfterSeconds: 1);

    public static readonly Problem OwnerAway = new(503, "owner-away",
        "The node that owns the key could not be reached in time; nothing was done.", retryAfterSeconds: 1);

    public static readonly Problem Uncertain = new(504, "uncertain",
        "The write may or may not have been stored, or not on all of its copies: read before trying again.");

    public static readonly Problem InvalidationUncertain = new(504, "uncertain",
        "Not every member of the ring has taken the invalidation in time; it may be in force on some.");

    public static readonly Problem Failed = new(500, "internal-error", "The node failed; its log says more.");

    /// <summary>How a write of the store ended; null when it was applied.</summary>
    public static Problem? Of(WriteResult result) => result switch
    {
        WriteResult.Ok => null,
        WriteResult.TooLarge => ValueTooLong,
        _ => OutOfMemory,
    };

    /// <summary>A query option that cannot be.</summary>
    public static Problem BadQuery(string detail) => new(400, "bad-query", detail);

    /// <summary>A tag that cannot be.</summary>
    public static Problem BadTag(string detail) => new(400, "bad-tag", detail);

    /// <summary>A duration that cannot be.</summary>
    public static Problem BadDuration(string option) => new(400, "bad-duration",
        $"'{option}' must be a positive whole number with a unit: 1500ms, 30s, 5m, 2h or 1d; at most 100 years.");

    /// <summary>Something that this version does not do; refused, as ignoring it would not be what was asked.</summary>
    public static Problem NotSupported(string detail) => new(400, "not-supported", detail);

    /// <summary>A path that is there, with a method that is not. The caller sets Allow.</summary>
    public static Problem MethodNotAllowed(string allow) =>
        new(405, "method-not-allowed", $"This path answers {allow}.");

    /// <summary>What the HTTP stack refuses while a body is read.</summary>
    public static Problem BadRequest(int status, string detail) =>
        status == 413 ? BodyTooLong : new(status, "bad-request", detail);
}
