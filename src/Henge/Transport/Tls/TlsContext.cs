using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using Henge.Security;

namespace Henge.Transport.Tls;

/// <summary>
/// The certificates of a node as they were read, and what follows from them. Immutable: when the files change, new
/// connections go by another one. TLS 1.2 and 1.3, no renegotiation, nothing is downloaded to judge a certificate.
/// </summary>
internal sealed class TlsContext
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly SslStreamCertificateContext _certificate;
    private readonly X509Certificate2Collection? _authority;

    private TlsContext(X509Certificate2 certificate, X509Certificate2Collection chain, X509Certificate2Collection? ca)
    {
        _certificate = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        _authority = ca;
        EndsAt = certificate.NotAfter.ToUniversalTime();
        Binding = SHA256.HashData(certificate.RawData);
        Server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate,
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            ClientCertificateRequired = ca is not null,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = Policy(ca),
            // Without this protocol a client that offers others for HTTP is not told that it may go on with this one.
            ApplicationProtocols = [SslApplicationProtocol.Http11],
        };
    }

    /// <summary>When the certificate expires, in UTC.</summary>
    public DateTime EndsAt { get; }

    /// <summary>A hash of the certificate.</summary>
    public byte[] Binding { get; }

    /// <summary>How connections of others are taken.</summary>
    public SslServerAuthenticationOptions Server { get; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="HengeStartException">They cannot be used; the message says why.</exception>
    public static TlsContext Read(SecretFile certificate, SecretFile key, SecretFile? authority, DateTimeOffset now)
    {
        string pem = certificate.Text();
        string keyPem = key.Text();
        string? caPem = authority?.Text();
        X509Certificate2 own;
        var chain = new X509Certificate2Collection();
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
        X509Certificate2Collection? ca = null;
        if (caPem is not null)
        {
            ca = [];
            try
            {
                ca.ImportFromPem(caPem);
            }
            catch (CryptographicException)
            {
                ca.Clear();
            }
            if (ca.Count == 0)
            {
                throw new HengeStartException($"{authority!.Name}: holds no certificate in PEM");
            }
        }
        if (OperatingSystem.IsWindows())
        {
            // The system's TLS wants keys that are in one of its stores.
            own = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null);
        }
        return new TlsContext(own, chain, ca);
    }

    /// <summary>How this node dials another.</summary>
    public SslClientAuthenticationOptions Dialling(string host) => new()
    {
        TargetHost = IPAddress.TryParse(host, out _) ? "" : host,
        EnabledSslProtocols = Protocols,
        AllowRenegotiation = false,
        ClientCertificateContext = _certificate,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = Policy(_authority),
    };

    /// <summary>
    /// What is wrong with the certificate of another; null when nothing is. Nodes are known by who has signed them, not
    /// by name, as their addresses come and go; without an authority the hello of the nodes tells whether somebody sits
    /// in between.
    /// </summary>
    public string? Objection(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, bool isDialler)
    {
        if (_authority is null)
        {
            return isDialler && certificate is null ? "it showed no certificate" : null;
        }
        if (certificate is null || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0)
        {
            return "it showed no certificate";
        }
        if (!isDialler && errors == SslPolicyErrors.None)
        {
            return null;
        }
        if (isDialler && (errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0)
        {
            return null;
        }
        IEnumerable<string> reasons = chain?.ChainStatus.Select(static status => status.Status.ToString()) ?? [];
        return "its certificate is not good: " + string.Join(", ", reasons.Order().Distinct());
    }

    private static X509ChainPolicy Policy(X509Certificate2Collection? ca)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (ca is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(ca);
        }
        return policy;
    }
}
