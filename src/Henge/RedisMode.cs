namespace Henge;

/// <summary>How the node shows itself to Redis clients (HELLO, INFO, CLUSTER).</summary>
public enum RedisMode
{
    /// <summary>As <see cref="Cluster"/>.</summary>
    Auto = 0,

    /// <summary>
    /// CLUSTER commands answer, so cluster-aware clients route by themselves; plain clients are proxied.
    /// </summary>
    Cluster = 1,

    /// <summary>
    /// CLUSTER commands answer that cluster support is disabled; for libraries that then restrict themselves.
    /// </summary>
    Standalone = 2,
}
