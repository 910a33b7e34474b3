namespace Henge;

/// <summary>Who must have a write before it is answered.</summary>
public enum WriteAck
{
    /// <summary>Every live copy: a crash of one node loses nothing that was answered.</summary>
    All = 0,

    /// <summary>The owner alone, which passes it on afterwards: faster; a crash may lose the last moments.</summary>
    Owner = 1,
}
