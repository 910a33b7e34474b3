using System.ComponentModel;

namespace Henge.Tests.Caching;

/// <summary>A value of a type that says it never changes: all readers get the same.</summary>
[ImmutableObject(true)]
public sealed record Constant(string Name);
