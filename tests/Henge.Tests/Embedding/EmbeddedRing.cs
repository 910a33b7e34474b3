using Henge.Cluster;
using Henge.Cluster.Members;
using Henge.Cluster.Rings;
using Henge.Tests.Transport;

using Microsoft.Extensions.DependencyInjection;

namespace Henge.Tests.Embedding;

/// <summary>Some applications in this process whose nodes form a ring over loopback.</summary>
internal sealed class EmbeddedRing : IAsyncDisposable
{
    public List<EmbeddedHost> Hosts { get; } = [];

    public EmbeddedHost this[int index] => Hosts[index];

    public static async Task<EmbeddedRing> StartAsync(
        TransportKind kind,
        int count,
        Action<HengeOptions>? configure = null,
        Action<IServiceCollection>? services = null)
    {
        var ring = new EmbeddedRing();
        for (int i = 0; i < count; i++)
        {
            ring.Hosts.Add(await EmbeddedHost.StartAsync(
                options =>
                {
                    options.Transport = kind;
                    options.Name = $"n{i}";
                    if (ring.Hosts.Count > 0)
                    {
                        options.Peers.Add(ring[0].Address);
                    }
                    configure?.Invoke(options);
                },
                services: services));
        }
        await ring.SettleAsync();
        return ring;
    }

    /// <summary>Waits until all are in one view and every slot is served.</summary>
    public Task SettleAsync() => TransportHost.UntilAsync(() =>
        Hosts.All(host => host.Node.Ready && host.Node.Ring!.Snapshot.View.Members.Count == Hosts.Count)
        && Hosts.Select(static host => host.Node.Ring!.Snapshot.View.Id).Distinct().Count() == 1
        && Hosts.All(static host => !host.Node.Ring!.Snapshot.Access.Any(
            static access => access is SlotAccess.Load or SlotAccess.Wait)));

    /// <summary>A key that a host's node owns.</summary>
    public string KeyOf(EmbeddedHost host, string prefix = "key") => Enumerable.Range(0, 100_000)
        .Select(i => $"{prefix}{i}").First(key => CopiesOf(key)[0] == host);

    /// <summary>Those that hold a key, its owner first.</summary>
    public EmbeddedHost[] CopiesOf(string key)
    {
        RingView view = Hosts[0].Node.Ring!.Snapshot.View;
        MemberId[] ids = [.. view.CopiesOf(Slot.Of(System.Text.Encoding.UTF8.GetBytes(key))).ToArray()
            .Select(place => view.Members[place].Id)];
        return [.. ids.Select(id => Hosts.Single(host => host.Node.NodeId == id))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EmbeddedHost host in Hosts)
        {
            await host.DisposeAsync();
        }
    }
}
