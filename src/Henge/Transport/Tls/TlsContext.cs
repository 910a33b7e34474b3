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
        X509Certificate2 own = PemFiles.Certificate(certificate, key, now, out X509Certificate2Collection chain);
        X509Certificate2Collection? ca = authority is null ? null : PemFiles.Authorities(authority);
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
