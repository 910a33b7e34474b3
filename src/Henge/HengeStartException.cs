namespace Henge;

/// <summary>A node that cannot start: its message is one line that says what is wrong and how to mend it.</summary>
public sealed class HengeStartException : Exception
{
    /// <summary>Creates the exception.</summary>
    public HengeStartException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what caused it.</summary>
    public HengeStartException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception without words; the other constructors are better.</summary>
    public HengeStartException()
    {
    }
}
