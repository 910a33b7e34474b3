using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using Henge.Server.CommandLine;

namespace Henge.Server.Client;

/// <summary>How the client subcommands speak TLS: whom they believe, and what they show.</summary>
internal sealed class ClientTls
{
    private const long MostBytes = 1 << 20;

    private readonly X509Certificate2Collection? _authority;
    private readonly X509Certificate2? _certificate;

    private ClientTls(X509Certificate2Collection? authority, X509Certificate2? certificate)
    {
        _authority = authority;
        _certificate = certificate;
    }

    /// <summary>As the options say.</summary>
    /// <param name="authority">File with authorities to believe; null: those of the system.</param>
    /// <param name="certificate">File with the certificate to show; null for none.</param>
    /// <param name="key">File with its key.</param>
    /// <exception cref="UsageException">A file cannot be used.</exception>
    public static ClientTls Of(string? authority, string? certificate, string? key)
    {
        if ((certificate is null) != (key is null))
        {
            throw new UsageException("a certificate goes with its key: give both --tls-cert and --tls-key");
        }
        try
        {
            X509Certificate2Collection? believed = null;
            if (authority is not null)
            {
                believed = [];
                believed.ImportFromPem(Text("--tls-ca", authority));
            }
            X509Certificate2? own = certificate is null
                ? null
                : X509Certificate2.CreateFromPem(Text("--tls-cert", certificate), Text("--tls-key", key!));
            return new ClientTls(believed, own);
        }
        catch (CryptographicException)
        {
            throw new UsageException("--tls-ca, --tls-cert and --tls-key take PEM files, keys without a password");
        }
    }

    /// <summary>What the platform is told when it connects to a host.</summary>
    public SslClientAuthenticationOptions For(string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (_certificate is not null)
        {
            options.ClientCertificates = [_certificate];
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => _certificate;
        }
        if (_authority is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(_authority);
        }
        return options;
    }

    /// <summary>Words for a handshake that failed.</summary>
    public static string Words(Exception error) =>
        $"TLS failed: {error.GetBaseException().Message.ReplaceLineEndings(" ")} "
        + "(--tls-ca names the authority of the node's certificate)";

    private static string Text(string option, string path) =>
        System.Text.Encoding.ASCII.GetString(FileReading.Bytes(option, path, MostBytes));
}
