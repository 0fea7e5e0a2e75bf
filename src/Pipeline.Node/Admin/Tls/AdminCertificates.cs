using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Node.Configuration;

namespace Pipeline.Node.Admin.Tls;

/// <summary>The node's certificate for its admin port and the authorities it believes. Looks at the files with each handshake and takes what is new.</summary>
internal sealed class AdminCertificates
{
    private readonly AdminSettings _settings;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private Loaded _current;
    private FileTimes _seen;

    private AdminCertificates(AdminSettings settings, Loaded loaded, ILogger logger)
    {
        (_settings, _current, _logger) = (settings, loaded, logger);
        _seen = FileTimes.Of(settings);
    }

    /// <summary>Reads the files; every error names its setting.</summary>
    public static AdminCertificates? Load(AdminSettings settings, List<string> errors, ILogger logger) =>
        Read(settings, errors) is { } loaded ? new AdminCertificates(settings, loaded, logger) : null;

    public (SslStreamCertificateContext Own, X509Certificate2Collection Authorities) Current()
    {
        lock (_gate)
        {
            var now = FileTimes.Of(_settings);
            if (now != _seen)
            {
                _seen = now; // whatever comes of it: the next change is looked at again
                List<string> errors = [];
                if (Read(_settings, errors) is { } loaded)
                {
                    _current = loaded;
                    AdminLog.CertificatesRenewed(_logger, loaded.Own.TargetCertificate.NotAfter);
                }
                else
                {
                    AdminLog.CertificatesNotRenewed(_logger, string.Join("; ", errors));
                }
            }

            return (_current.Own, _current.Authorities);
        }
    }

    private static Loaded? Read(AdminSettings settings, List<string> errors)
    {
        var before = errors.Count;
        var own = Try("Admin:Certificate", settings.Certificate!, errors, () =>
        {
            var certificate = X509Certificate2.CreateFromPemFile(settings.Certificate!, settings.Key!);
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(settings.Certificate!);
            return SslStreamCertificateContext.Create(certificate, [.. chain.Skip(1)], offline: true);
        });
        var authorities = Try("Admin:ClientCa", settings.ClientCa!, errors, () =>
        {
            X509Certificate2Collection read = [];
            read.ImportFromPemFile(settings.ClientCa!);
            return read.Count > 0 ? read : throw new CryptographicException("no certificate in it");
        });
        return errors.Count == before ? new Loaded(own!, authorities!) : null;
    }

    private static T? Try<T>(string setting, string file, List<string> errors, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            errors.Add($"{setting}: {file}: {error.Message}");
            return null;
        }
    }

    private sealed record Loaded(SslStreamCertificateContext Own, X509Certificate2Collection Authorities);

    private readonly record struct FileTimes(DateTime Certificate, DateTime Key, DateTime Authorities)
    {
        public static FileTimes Of(AdminSettings settings) => new(
            File.GetLastWriteTimeUtc(settings.Certificate!), File.GetLastWriteTimeUtc(settings.Key!), File.GetLastWriteTimeUtc(settings.ClientCa!));
    }
}
