using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

using Henge.Security;

using Microsoft.Extensions.Logging;

namespace Henge.Discovery.Etcd.Gateway;

/// <summary>
/// By which certificates etcd is reached. The files are read again when they change, so that each new connection goes
/// by what is there; what cannot be used is logged, and what was read before stays in use. Thread safe.
/// </summary>
internal sealed class EtcdTls
{
    private readonly Lock _lock = new();
    private readonly SecretFile? _authority;
    private readonly SecretFile? _certificate;
    private readonly SecretFile? _key;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private X509Certificate2Collection? _authorities;
    private SslStreamCertificateContext? _own;

    /// <summary>Reads the files that the options name.</summary>
    /// <exception cref="HengeStartException">One cannot be used; the message says why.</exception>
    public EtcdTls(DiscoveryOptions options, TimeProvider timeProvider, ILogger logger)
    {
        (_timeProvider, _logger) = (timeProvider, logger);
        _authority = Of("--etcd-ca", options.EtcdCaFile);
        _certificate = Of("--etcd-cert", options.EtcdCertificateFile);
        _key = Of("--etcd-key", options.EtcdKeyFile);
        ReadAuthorities();
        ReadCertificate();
        if (_key?.Exposure() is { } problem)
        {
            Log.SecretsExposed(logger, problem);
        }
    }

    /// <summary>Whether this node has a certificate of its own to show.</summary>
    public bool HasCertificate => _certificate is not null;

    /// <summary>How the next connection is made.</summary>
    /// <param name="host">Whom the certificate of etcd must name.</param>
    public SslClientAuthenticationOptions Dialling(string host)
    {
        lock (_lock)
        {
            Refresh(_authority, _authority is { HasChanged: true }, ReadAuthorities);
            Refresh(
                _certificate, _certificate is { HasChanged: true } || _key is { HasChanged: true }, ReadCertificate);
            var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
            if (_authorities is not null)
            {
                policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                policy.CustomTrustStore.AddRange(_authorities);
            }
            return new SslClientAuthenticationOptions
            {
                TargetHost = host,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = _own,
                CertificateChainPolicy = policy,
            };
        }
    }

    private static SecretFile? Of(string option, string? path) => path is null ? null : new SecretFile(option, path);

    private void Refresh(SecretFile? file, bool hasChanged, Action read)
    {
        if (!hasChanged)
        {
            return;
        }
        try
        {
            read();
            Log.SecretsReloaded(_logger, file!.Name, "certificates");
        }
        catch (HengeStartException error)
        {
            Log.SecretsBad(_logger, error.Message);
        }
    }

    private void ReadAuthorities()
    {
        if (_authority is not null)
        {
            _authorities = PemFiles.Authorities(_authority);
        }
    }

    private void ReadCertificate()
    {
        if (_certificate is not null && _key is not null)
        {
            X509Certificate2 own = PemFiles.Certificate(
                _certificate, _key, _timeProvider.GetUtcNow(), out X509Certificate2Collection chain);
            _own = SslStreamCertificateContext.Create(own, chain, offline: true);
        }
    }
}
