using System.Globalization;
using System.Text;

using Henge.Cluster;
using Henge.Simulator.Checks;
using Henge.Simulator.Nodes;
using Henge.Storage;

namespace Henge.Simulator.Workload;

/// <summary>Carries requests out at their owner, as the real commands do, through entry scopes.</summary>
internal static class Commands
{
    /// <summary>
    /// The value that a request writes under a key: it names both, so that it can be told where it is from.
    /// </summary>
    public static byte[] ValueOf(Request request, int key)
    {
        byte[] value = new byte[Math.Max(request.ValueBytes, 24)];
        value.AsSpan().Fill((byte)('a' + (request.Id % 26)));
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{request.Id}/{key} "), value);
        return value;
    }

    /// <summary>Carries one out.</summary>
    public static void Execute(World world, SimNode node, Request request, Instant now)
    {
        world.Oracle.Executes(node, request);
        node.Executing = request;
        request.Result = request.Kind == OperationKind.Count ? node.Store.Count : 0;
        foreach (int key in request.Keys)
        {
            using EntryScope scope = node.Store.Open(world.Keys.Name(key), now.UnixMs);
            bool overwrites = request.Kind is OperationKind.Set or OperationKind.SetTagged
                or OperationKind.SetExpiring or OperationKind.SetMany;
            if (!overwrites)
            {
                world.Oracle.Seen(node, request, key, scope.Found, scope.Version, scope.ExpiresAtMs);
                world.Oracle.Tags.Seen(node, request, key, scope.Version, TagWatch.TagOf(scope.Attributes));
            }
            request.Result += Apply(request, key, in scope, now);
        }
        node.Executing = null;
    }

    private static long Apply(Request request, int key, in EntryScope scope, Instant now)
    {
        switch (request.Kind)
        {
            case OperationKind.Get or OperationKind.GetMany:
                scope.Read();
                return (long)scope.Version;
            case OperationKind.Keep:
                scope.Read();
                return scope.Found && scope.ExpiresAtMs == 0 ? (long)scope.Version : 0;
            case OperationKind.Set or OperationKind.SetMany or OperationKind.GetSet:
                return Set(request, key, in scope, 0);
            case OperationKind.SetTagged:
                return (long)scope.Set(EntryType.String, ValueOf(request, key), 0,
                    TagWatch.BlockOf((int)(request.Id % TagWatch.Tags)));
            case OperationKind.SetIfAbsent:
                return scope.Found ? 0 : Set(request, key, in scope, 0);
            case OperationKind.SetExpiring:
                return Set(request, key, in scope, now.UnixMs + request.TtlMs);
            case OperationKind.Delete or OperationKind.DeleteMany:
                return scope.Delete() ? 1 : 0;
            case OperationKind.Expire:
                return (long)scope.SetExpiry(now.UnixMs + request.TtlMs);
            case OperationKind.Persist:
                return scope.Found && scope.ExpiresAtMs != 0 ? (long)scope.SetExpiry(0) : 0;
            case OperationKind.Increment:
                return Increment(in scope);
            default:
                return 0;
        }
    }

    private static long Set(Request request, int key, in EntryScope scope, long expiresAtMs) =>
        (long)scope.Set(EntryType.String, ValueOf(request, key), expiresAtMs);

    private static long Increment(in EntryScope scope)
    {
        long number = scope.Found ? long.Parse(scope.Value, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        scope.Set(EntryType.String, Encoding.ASCII.GetBytes((number + 1).ToString(CultureInfo.InvariantCulture)), 0);
        return number + 1;
    }
}
