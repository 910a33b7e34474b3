namespace Henge.Simulator.Checks;

/// <summary>An invariant does not hold; ends the run.</summary>
internal sealed class Violation(string invariant, string text) : Exception($"{invariant}: {text}")
{
    /// <summary>Which invariant of docs/simulator.md.</summary>
    public string Invariant => invariant;
}
