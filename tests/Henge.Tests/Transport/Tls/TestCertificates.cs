using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Henge.Tests.Transport.Tls;

/// <summary>An authority and what it signs, as PEM files in a folder that is gone afterwards.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("henge-tls");
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Henge test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _authority = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        File.WriteAllText(AuthorityPath, _authority.ExportCertificatePem());
    }

    public string AuthorityPath => Path("ca.crt");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Signs a certificate and writes NAME.crt and NAME.key.</summary>
    public X509Certificate2 Sign(string name, int beginsInDays = -1, int endsInDays = 365)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(ServerUse), new Oid(ClientUse)], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(
            _authority, DateTimeOffset.UtcNow.AddDays(beginsInDays), DateTimeOffset.UtcNow.AddDays(endsInDays),
            RandomNumberGenerator.GetBytes(8));
        Write($"{name}.crt", signed.ExportCertificatePem());
        Write($"{name}.key", key.ExportPkcs8PrivateKeyPem());
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Has a node serve TLS with the certificate of a name.</summary>
    public void Serve(HengeOptions options, string name = "node", bool asksClients = false)
    {
        options.Security.TlsCertificateFile = Path($"{name}.crt");
        options.Security.TlsKeyFile = Path($"{name}.key");
        options.Security.TlsClientCaFile = asksClients ? AuthorityPath : null;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Write(string name, string text) => File.WriteAllText(Path(name), text);
}
