using Henge.Cluster.Lanes;

namespace Henge.Tests.Cluster.Lanes;

/// <summary>Remembers how it was released.</summary>
internal sealed class TestHold : Hold
{
    public Outcome? Outcome { get; private set; }

    public int Releases { get; private set; }

    public override void Release(Outcome outcome)
    {
        Outcome = outcome;
        Releases++;
    }
}
