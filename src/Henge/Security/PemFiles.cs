using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Henge.Security;

/// <summary>Certificates and keys in files.</summary>
internal static class PemFiles
{
    /// <summary>A certificate with its private key.</summary>
    /// <param name="certificate">The certificate, and behind it those that lead to its authority.</param>
    /// <param name="key">Its key, without a password.</param>
    /// <param name="now">What it must not be expired at.</param>
    /// <param name="chain">Those that lead to its authority.</param>
    /// <exception cref="HengeStartException">They cannot be used; the message says why.</exception>
    public static X509Certificate2 Certificate(
        SecretFile certificate, SecretFile key, DateTimeOffset now, out X509Certificate2Collection chain)
    {
        string pem = certificate.Text();
        string keyPem = key.Text();
        X509Certificate2 own;
        chain = [];
        try
        {
            own = X509Certificate2.CreateFromPem(pem, keyPem);
            chain.ImportFromPem(pem);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new HengeStartException(
                $"{certificate.Name} and {key.Name}: are no certificate and its private key in PEM without a password");
        }
        if (own.NotAfter.ToUniversalTime() <= now.UtcDateTime)
        {
            throw new HengeStartException(
                $"{certificate.Name}: expired at {own.NotAfter.ToUniversalTime():u}; get a new one");
        }
        chain.Remove(own);
        if (OperatingSystem.IsWindows())
        {
            // The system's TLS wants keys that are in one of its stores.
            own = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null);
        }
        return own;
    }

    /// <summary>Those who may sign the certificates of others.</summary>
    /// <exception cref="HengeStartException">There are none in the file; the message says so.</exception>
    public static X509Certificate2Collection Authorities(SecretFile file)
    {
        string pem = file.Text();
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            authorities.Clear();
        }
        return authorities.Count > 0
            ? authorities
            : throw new HengeStartException($"{file.Name}: holds no certificate in PEM");
    }
}
