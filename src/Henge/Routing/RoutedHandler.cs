namespace Henge.Routing;

/// <summary>
/// Carries out a command that concerns more than one node: starts the operations that it is made of, and gives the one
/// reply that comes of them to <see cref="RoutedCall.Begin"/>'s target.
/// </summary>
internal delegate Route RoutedHandler(ref RoutedCall call);
