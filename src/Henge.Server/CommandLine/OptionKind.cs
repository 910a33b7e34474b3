namespace Henge.Server.CommandLine;

/// <summary>How the text of an option is read.</summary>
internal enum OptionKind
{
    /// <summary>Any text that is not empty.</summary>
    Text,

    /// <summary>A whole number between the option's bounds.</summary>
    Integer,

    /// <summary>
    /// Bytes: <c>512mb</c>, <c>2gb</c>, <c>64MiB</c>, or a plain number (see <see cref="Values.ByteSize"/>).
    /// </summary>
    Size,

    /// <summary>As <see cref="Size"/>, or a share of the memory there is: <c>50%</c>.</summary>
    Memory,

    /// <summary>A span of time: <c>30s</c>, <c>1500ms</c> (see <see cref="Values.Duration"/>).</summary>
    Duration,

    /// <summary>One of the option's choices.</summary>
    Choice,

    /// <summary>On or off; as a flag the name alone turns it on.</summary>
    Switch,

    /// <summary>Texts separated by commas; in a file also a JSON array.</summary>
    List,

    /// <summary>Two whole numbers with a colon between: <c>9:1</c>.</summary>
    Ratio,
}
