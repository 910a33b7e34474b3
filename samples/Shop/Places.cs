namespace Shop;

/// <summary>
/// Where the instances are: all on this machine, so each with its number added to two ports, 5000 for browsers
/// (<c>--web-port</c>) and 7400 for the ring (<c>--ring-port</c>).
/// </summary>
public sealed class Places(IConfiguration configuration)
{
    private readonly int _webPort = configuration.GetValue("web-port", 5000);
    private readonly int _ringPort = configuration.GetValue("ring-port", 7400);

    /// <summary>The instances.</summary>
    public static IReadOnlyList<int> All { get; } = [1, 2, 3];

    /// <summary>Which of them this is (<c>--instance</c>).</summary>
    public int Self { get; } = configuration.GetValue("instance", 1);

    /// <summary>Where an instance serves browsers.</summary>
    public string WebOf(int instance) => $"http://127.0.0.1:{_webPort + instance}";

    /// <summary>Where an instance's node is for the others.</summary>
    public int RingPortOf(int instance) => _ringPort + instance;
}
