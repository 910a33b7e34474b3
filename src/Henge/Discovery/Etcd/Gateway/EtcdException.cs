namespace Henge.Discovery.Etcd.Gateway;

/// <summary>etcd did not do what it was asked for.</summary>
/// <param name="message">Why, in words.</param>
/// <param name="code">By the numbers of gRPC; 0 where etcd did not say.</param>
internal sealed class EtcdException(string message, int code = 0) : Exception(message)
{
    /// <summary>An argument is wrong; also: nobody is logged in.</summary>
    public const int InvalidArgument = 3;

    /// <summary>The lease is gone.</summary>
    public const int NotFound = 5;

    /// <summary>Also: there are no users at all.</summary>
    public const int FailedPrecondition = 9;

    /// <summary>The token has had its time.</summary>
    public const int Unauthenticated = 16;

    /// <summary>By the numbers of gRPC; 0 where etcd did not say.</summary>
    public int Code => code;

    /// <summary>Whether it asks for a login.</summary>
    public bool WantsLogin => code == Unauthenticated
        || (code == InvalidArgument && Message.Contains("user name is empty", StringComparison.Ordinal));
}
