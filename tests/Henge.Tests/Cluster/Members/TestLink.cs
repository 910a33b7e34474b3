namespace Henge.Tests.Cluster.Members;

/// <summary>A link between two nodes of a test.</summary>
internal sealed record TestLink(TestNode Dialler, TestNode Listener)
{
    public bool Has(TestNode node) => Dialler == node || Listener == node;

    public bool Joins(TestNode one, TestNode other) => Has(one) && Has(other);

    public TestNode Other(TestNode node) => Dialler == node ? Listener : Dialler;
}
