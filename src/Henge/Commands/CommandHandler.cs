namespace Henge.Commands;

/// <summary>Carries out one command and writes exactly one reply (or the pushes that stand for it).</summary>
internal delegate void CommandHandler(ref CommandContext context);
