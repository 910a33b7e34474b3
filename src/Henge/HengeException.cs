namespace Henge;

/// <summary>
/// A call on the cache that could not be carried out: this one type stands for every trouble that is not the caller's
/// mistake. A key that is not there is no trouble. <see cref="Failure"/> says which, and whether anything was changed.
/// </summary>
public sealed class HengeException : Exception
{
    /// <summary>Creates the exception without words; the other constructors are better.</summary>
    public HengeException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public HengeException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what caused it.</summary>
    public HengeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with its reason.</summary>
    public HengeException(HengeFailure failure, string message)
        : base(message) => Failure = failure;

    /// <summary>Why.</summary>
    public HengeFailure Failure { get; }
}
