using System.Net;

using Henge.Cluster;
using Henge.Transport.Connections;

using Microsoft.Extensions.Logging;

namespace Henge;

/// <summary>
/// Every line that the node logs. Event ids, stable once given: 1000 the node, 1100 transport, 1200 sessions and
/// commands, 1300 links with other nodes, 1400 what happens in the ring, 1420 secrets, 1430 discovery, 1500 caches of
/// the application. Nothing here is logged per command. docs/errors.md lists them all, and a test keeps it true.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Node {Name} ({NodeId}) listens on {EndPoints}")]
    public static partial void NodeStarted(ILogger logger, string name, string nodeId, string endPoints);

    [LoggerMessage(1001, LogLevel.Information, "Node {Name} stops")]
    public static partial void NodeStopping(ILogger logger, string name);

    [LoggerMessage(1002, LogLevel.Information, "Node {Name} has stopped")]
    public static partial void NodeStopped(ILogger logger, string name);

    [LoggerMessage(1003, LogLevel.Error,
        "Maintenance failed and goes on; report it as a fault of Henge, with this line")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception);

    [LoggerMessage(1004, LogLevel.Warning,
        "Insecure: no password is set and other machines reach this node; anyone may read and change everything. "
        + "Set one with --password-file, or bind 127.0.0.1")]
    public static partial void Insecure(ILogger logger);

    [LoggerMessage(1005, LogLevel.Warning,
        "The application starts though its node has not joined the ring within {Limit}; it goes on joining. The "
        + "lines on its peers and on discovery say what it waits for")]
    public static partial void StartsUnjoined(ILogger logger, TimeSpan limit);

    [LoggerMessage(1010, LogLevel.Information, "Reads the snapshot of {Created} by {Node} ({Bytes} bytes), and serves")]
    public static partial void SnapshotFound(ILogger logger, string created, string node, long bytes);

    [LoggerMessage(1011, LogLevel.Information,
        "Read the snapshot: {Entries} entries in {Seconds:0.0} s. Left out: {Expired} expired, {Older} changed or "
        + "deleted since, {Elsewhere} of other nodes, {NoRoom} without room")]
    public static partial void SnapshotRead(
        ILogger logger, long entries, double seconds, long expired, long older, long elsewhere, long noRoom);

    [LoggerMessage(1012, LogLevel.Warning,
        "Did not read the snapshot: {Why}. The node starts empty; nothing need be done. The file is kept as {Path} "
        + "until the next such")]
    public static partial void SnapshotRefused(ILogger logger, string why, string path);

    [LoggerMessage(1013, LogLevel.Information,
        "Wrote a snapshot of {Records} entries, {Bytes} bytes, in {Seconds:0.0} s: {Path}")]
    public static partial void SnapshotWritten(ILogger logger, long records, long bytes, double seconds, string path);

    [LoggerMessage(1014, LogLevel.Error,
        "No snapshot was written to {Directory}: {Why}. Until the next is written a restart begins empty, or with "
        + "an older one")]
    public static partial void SnapshotNotWritten(ILogger logger, string directory, string why);

    [LoggerMessage(1100, LogLevel.Warning,
        "Refused a connection from {Remote}: max-clients is reached, no password is set, or its first bytes are of "
        + "no protocol that is served here; {Others} others not logged")]
    public static partial void ConnectionRefused(ILogger logger, IPEndPoint remote, long others);

    [LoggerMessage(1101, LogLevel.Warning,
        "Closed the connection from {Remote}: it passed a limit ({Reason}), as did {Others} others not logged. Mend "
        + "the client, or raise that limit")]
    public static partial void ConnectionOverLimit(ILogger logger, IPEndPoint remote, CloseReason reason, long others);

    [LoggerMessage(1102, LogLevel.Error,
        "Cannot accept connections for the moment (error {Error}, {Others} times more not logged): raise the limit "
        + "of open files or lower max-clients")]
    public static partial void NoDescriptors(ILogger logger, int error, long others);

    [LoggerMessage(1103, LogLevel.Error,
        "A command failed and its connection from {Remote} was closed; report it as a fault of Henge, with this line")]
    public static partial void SessionFailed(ILogger logger, IPEndPoint remote, Exception exception);

    [LoggerMessage(1104, LogLevel.Error,
        "Loop {Loop} failed in a turn and goes on; report it as a fault of Henge, with this line")]
    public static partial void LoopFailed(ILogger logger, int loop, Exception exception);

    [LoggerMessage(1105, LogLevel.Warning,
        "Stopping took too long: {Count} connections were cut; raise --stop-timeout if that is too many")]
    public static partial void ConnectionsCut(ILogger logger, int count);

    [LoggerMessage(1106, LogLevel.Error,
        "An HTTP connection could not be handed over and was closed; report it as a fault of Henge, with this line")]
    public static partial void HandOverFailed(ILogger logger, Exception exception);

    [LoggerMessage(1107, LogLevel.Warning,
        "Closed the connection from {Remote}: it speaks TLS, which is not served here without --tls-cert and "
        + "--tls-key; {Others} others not logged")]
    public static partial void TlsRefused(ILogger logger, IPEndPoint remote, long others);

    [LoggerMessage(1108, LogLevel.Warning,
        "TLS with {Remote} failed: {Why}. If it is one of yours, mend its TLS settings; {Others} others not logged")]
    public static partial void TlsFailed(ILogger logger, IPEndPoint remote, string why, long others);

    [LoggerMessage(1109, LogLevel.Warning,
        "Closed the connection from {Remote}: it does not speak TLS, which is wanted here unless --tls-plain is "
        + "given; {Others} others not logged")]
    public static partial void PlainRefused(ILogger logger, IPEndPoint remote, long others);

    [LoggerMessage(1110, LogLevel.Warning,
        "The certificate in {File} expires at {When:u}; put a new one in its place, it is read while running")]
    public static partial void CertificateEnds(ILogger logger, string file, DateTime when);

    [LoggerMessage(1200, LogLevel.Warning,
        "Closed {Remote}: it sent a request of another protocol, which may be an attack through a browser or a "
        + "proxy. Find out who sent it; nothing of it was carried out")]
    public static partial void ForeignRequest(ILogger logger, EndPoint remote);

    [LoggerMessage(1201, LogLevel.Warning, "Too many wrong passwords from {Address}, or for the user that it names: it "
        + "wins one try back each second, and others are not looked at ({Others} others not logged). Find out whose "
        + "client that is")]
    public static partial void TooManyGuesses(ILogger logger, IPAddress address, long others);

    [LoggerMessage(1300, LogLevel.Error,
        "Thread '{Thread}' failed in a turn and goes on; report it as a fault of Henge, with this line ({Others} "
        + "more not logged)")]
    public static partial void PollThreadFailed(ILogger logger, string thread, long others, Exception exception);

    [LoggerMessage(1301, LogLevel.Information, "Peer {Address} is this node itself")]
    public static partial void PeerIsSelf(ILogger logger, string address);

    [LoggerMessage(1302, LogLevel.Warning,
        "Peer {Address} is unreachable: {Why}. It is tried again; if it stays so, see that it runs there and that "
        + "the network lets this node through")]
    public static partial void PeerUnreachable(ILogger logger, string address, string why);

    [LoggerMessage(1303, LogLevel.Error, "No link with peer {Address}, {Which}: {Why}")]
    public static partial void PeerRefused(ILogger logger, string address, string which, string why);

    [LoggerMessage(1304, LogLevel.Warning,
        "Refused {Remote}, which would link as a node: {Why}. If it is one of yours, mend that; {Others} others not "
        + "logged")]
    public static partial void PeerTurnedAway(ILogger logger, IPEndPoint remote, string why, long others);

    [LoggerMessage(1305, LogLevel.Warning,
        "Closed the {Kind} link with {Member}: a frame was damaged or forged; it is opened anew. Look at the "
        + "network between them; {Others} others not logged")]
    public static partial void BadFrame(ILogger logger, LinkKind kind, string member, long others);

    [LoggerMessage(1400, LogLevel.Information, "Node {Member} joined")]
    public static partial void MemberJoined(ILogger logger, string member);

    [LoggerMessage(1401, LogLevel.Warning,
        "Node {Member} does not answer{Text}; it is given some seconds. If this comes again, look at its load and "
        + "its network")]
    public static partial void MemberSuspect(ILogger logger, string member, string text);

    [LoggerMessage(1402, LogLevel.Information, "Node {Member} answers again")]
    public static partial void MemberAlive(ILogger logger, string member);

    [LoggerMessage(1403, LogLevel.Error,
        "Node {Member} is taken for dead{Text}. Others take over what it held; start it again, or leave it away")]
    public static partial void MemberDead(ILogger logger, string member, string text);

    [LoggerMessage(1404, LogLevel.Information, "Node {Member} hands over and leaves")]
    public static partial void MemberLeaving(ILogger logger, string member);

    [LoggerMessage(1405, LogLevel.Information, "Node {Member} left")]
    public static partial void MemberLeft(ILogger logger, string member);

    [LoggerMessage(1406, LogLevel.Information, "Node {Member} was away for so long that it is forgotten")]
    public static partial void MemberForgotten(ILogger logger, string member);

    [LoggerMessage(1407, LogLevel.Error,
        "Two nodes claim to be {Member}; the one that started later counts{Text}. Give each its own --name")]
    public static partial void IdentityConflict(ILogger logger, string member, string text);

    [LoggerMessage(1408, LogLevel.Warning,
        "Others took this node for unreachable; it has told them otherwise{Text}. If this comes again, look at its "
        + "load and its network")]
    public static partial void Refuted(ILogger logger, string text);

    [LoggerMessage(1409, LogLevel.Warning,
        "This node did not run for {Milliseconds} ms; it asks its peers first. Look for swapping, or a machine that "
        + "gives it no processor")]
    public static partial void Paused(ILogger logger, long milliseconds);

    [LoggerMessage(1410, LogLevel.Information, "The ring has {Nodes} now; {Slots} changed hands here (view {View})")]
    public static partial void ViewChanged(ILogger logger, string nodes, string slots, string view);

    [LoggerMessage(1411, LogLevel.Information, "This node holds all it is to hold, after {Milliseconds} ms")]
    public static partial void ViewSettled(ILogger logger, long milliseconds);

    [LoggerMessage(1412, LogLevel.Information, "Took over {Entries} from {Member}{Text}")]
    public static partial void TransferDone(ILogger logger, string entries, string member, string text);

    [LoggerMessage(1413, LogLevel.Debug, "Dropped {Slots} that others hold now")]
    public static partial void LeftoversDropped(ILogger logger, string slots);

    [LoggerMessage(1414, LogLevel.Information, "Repair brought {Entries} up to date{Text}")]
    public static partial void Repaired(ILogger logger, string entries, string text);

    [LoggerMessage(1415, LogLevel.Warning, "The clock of {Member} differs by {Milliseconds} ms; have NTP set both")]
    public static partial void ClockSkew(ILogger logger, string member, long milliseconds);

    [LoggerMessage(1416, LogLevel.Warning,
        "A message of {Member} made no sense{Text} and was passed over. If both run releases that go together, "
        + "report it as a fault of Henge; {Others} others not logged")]
    public static partial void BadMessage(ILogger logger, string member, string text, long others);

    [LoggerMessage(1417, LogLevel.Information, "Others hold all that this node held")]
    public static partial void LeaveDone(ILogger logger);

    [LoggerMessage(1418, LogLevel.Warning,
        "This node goes before others have all it held; their copies take over. Raise --leave-timeout to give it "
        + "more time")]
    public static partial void LeftEarly(ILogger logger);

    [LoggerMessage(1419, LogLevel.Information, "Nobody is left to take over what this node holds")]
    public static partial void LeavesNobody(ILogger logger);

    [LoggerMessage(1420, LogLevel.Error,
        "A password could not be checked; report it as a fault of Henge, with this line")]
    public static partial void LoginFailed(ILogger logger, Exception exception);

    [LoggerMessage(1421, LogLevel.Information, "{File} was read again: {What}")]
    public static partial void SecretsReloaded(ILogger logger, string file, string what);

    [LoggerMessage(1422, LogLevel.Error, "{Problem}. What was read before stays in use; mend it, it is read again")]
    public static partial void SecretsBad(ILogger logger, string problem);

    [LoggerMessage(1423, LogLevel.Warning, "{Problem}")]
    public static partial void SecretsExposed(ILogger logger, string problem);

    [LoggerMessage(1430, LogLevel.Information, "Discovery {Source} names {Count} addresses")]
    public static partial void DiscoveryAnswers(ILogger logger, string source, int count);

    [LoggerMessage(1431, LogLevel.Warning,
        "Discovery {Source} fails: {Why}. It is asked again, and who it named before is dialled on; do not restart "
        + "nodes until it answers")]
    public static partial void DiscoveryFails(ILogger logger, string source, string why);

    [LoggerMessage(1432, LogLevel.Warning,
        "This node is not ready: it begins no ring of its own before discovery has answered. It waits for {Sources}")]
    public static partial void DiscoveryAwaited(ILogger logger, string sources);

    [LoggerMessage(1433, LogLevel.Warning,
        "Discovery {Source} names {Count} addresses; the first {Most} of them are dialled. See that it names the "
        + "nodes of this ring alone")]
    public static partial void DiscoveryOverfull(ILogger logger, string source, int count, int most);

    [LoggerMessage(1434, LogLevel.Error,
        "Discovery {Source} failed and goes on; report it as a fault of Henge, with this line")]
    public static partial void DiscoveryThrew(ILogger logger, string source, Exception exception);

    [LoggerMessage(1435, LogLevel.Warning,
        "Discovery {Source} is another than before, or has lost what it held; members enter themselves anew. See "
        + "that all nodes are given the same etcd")]
    public static partial void EtcdIsAnother(ILogger logger, string source);

    [LoggerMessage(1436, LogLevel.Warning,
        "Discovery {Source} has keys that are no records of nodes of this cluster, such as {Key}; they are passed "
        + "over. Give each cluster a prefix of its own")]
    public static partial void EtcdHasStrangers(ILogger logger, string source, string key);

    [LoggerMessage(1500, LogLevel.Warning,
        "A cached value is no {Type} that its serializer can read, and is made again. Give types that changed "
        + "another key; {Others} others not logged")]
    public static partial void ValueUnreadable(ILogger logger, string type, long others, Exception exception);

    [LoggerMessage(1501, LogLevel.Warning,
        "A {Type} is served and not cached, since its serializer threw. Give it a serializer that can write it; "
        + "{Others} others not logged")]
    public static partial void ValueUnwritable(ILogger logger, string type, long others, Exception exception);

    [LoggerMessage(1502, LogLevel.Warning,
        "A factory of {Type} failed, and the expired value is served. See what the factory says; {Others} others "
        + "not logged")]
    public static partial void FormerServed(ILogger logger, string type, long others, Exception exception);
}
