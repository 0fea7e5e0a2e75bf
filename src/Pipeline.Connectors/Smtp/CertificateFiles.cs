using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Connectors.Smtp;

/// <summary>Certificates and keys from PEM files, read again when a file has changed.</summary>
internal sealed class CertificateFiles
{
    /// <summary>Different files in use at a time; beyond this everything is read afresh.</summary>
    private const int MaxEntries = 256;

    private const int MaxFilesInDirectory = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The certificates to trust, from a file or a directory of files; null with a problem if there is none to be had.</summary>
    public X509Certificate2Collection? Authorities(string path, out string? problem) =>
        Load(path, null, () => LoadAuthorities(path), out problem);

    /// <summary>Our own certificate with its key; the key may be in the same file. Null with a problem if it cannot be had.</summary>
    public X509Certificate2? Identity(string certificateFile, string? keyFile, out string? problem) =>
        Load(certificateFile, keyFile, () => [X509Certificate2.CreateFromPemFile(certificateFile, string.IsNullOrEmpty(keyFile) ? null : keyFile)], out problem)?[0];

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var certificates = new X509Certificate2Collection();
        if (!Directory.Exists(path))
        {
            certificates.ImportFromPemFile(path);
            return certificates;
        }

        foreach (var file in Directory.EnumerateFiles(path).Take(MaxFilesInDirectory))
        {
            certificates.ImportFromPemFile(file);
        }

        return certificates;
    }

    private X509Certificate2Collection? Load(string path, string? second, Func<X509Certificate2Collection> load, out string? problem)
    {
        problem = null;
        try
        {
            var name = $"{path}\0{second}";
            var stamp = (File.GetLastWriteTimeUtc(path), string.IsNullOrEmpty(second) ? default : File.GetLastWriteTimeUtc(second));
            lock (_gate)
            {
                if (_entries.TryGetValue(name, out var known) && known.Stamp == stamp)
                {
                    return known.Certificates;
                }

                var certificates = load();
                if (certificates.Count == 0)
                {
                    problem = $"{path} holds no certificate";
                    return null;
                }

                if (_entries.Count >= MaxEntries)
                {
                    _entries.Clear();
                }

                _entries[name] = new Entry(stamp, certificates);
                return certificates;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            problem = $"{path}: {e.Message}";
            return null;
        }
    }

    private sealed record Entry((DateTime Certificate, DateTime Key) Stamp, X509Certificate2Collection Certificates);
}
