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

    /// <summary>The exception of a failure of a call on an entry, in one wording for all caches.</summary>
    internal static HengeException Of(HengeFailure failure) => new(failure, failure switch
    {
        HengeFailure.Uncertain => "The write may or may not have been stored, or not on all its copies.",
        HengeFailure.NoRoom => "The owner of the key has no room for the value; the old one stays.",
        HengeFailure.WrongType => "The key holds something that is no plain value; another client wrote it.",
        HengeFailure.Stopped => "The Henge node of this application has stopped.",
        HengeFailure.NotANumber => "The value is not a 64-bit integer in decimal; it stays.",
        HengeFailure.Overflow => "The counter would pass what a 64-bit integer holds; it stays.",
        _ => "The owner of the key could not be reached in time; nothing was done.",
    });
}
