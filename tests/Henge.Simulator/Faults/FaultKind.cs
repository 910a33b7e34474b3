namespace Henge.Simulator.Faults;

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    /// <summary>A process is killed, its host resets its connections; it starts again after a while, empty.</summary>
    Crash,

    /// <summary>A host vanishes without a word, and comes back after a while with an empty node.</summary>
    Vanish,

    /// <summary>A process stands still for a while (SIGSTOP, a long collection).</summary>
    Pause,

    /// <summary>Everything that a node does takes long for a while.</summary>
    Slow,

    /// <summary>A wall clock steps and stays so.</summary>
    ClockStep,

    /// <summary>The hosts fall into two groups that do not hear each other.</summary>
    Partition,

    /// <summary>One host is not heard by some others, but hears them.</summary>
    OneWay,

    /// <summary>Two hosts do not hear each other, but all others hear both.</summary>
    Partial,

    /// <summary>Some connections are reset on the way.</summary>
    Reset,

    /// <summary>Only data links between two hosts are reset.</summary>
    ResetData,

    /// <summary>Everything from one host to another is held up for a while.</summary>
    Clog,

    /// <summary>A host's node starts: the hosts beyond the first ones wait for this.</summary>
    Join,

    /// <summary>A node hands over, stops, and comes back after a while.</summary>
    Leave,

    /// <summary>Another process starts with the name of a node that runs.</summary>
    DuplicateName,

    /// <summary>A message of a kind that nobody knows, or of noise, comes on a link.</summary>
    StrangeMessage,

    /// <summary>A client flushes the whole ring.</summary>
    Flush,
}
