using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Policy.Tls;

/// <summary>Certificates, keys and revocation lists from PEM files, read again when a file has changed. Safe for any thread.</summary>
public sealed class CertificateFiles
{
    /// <summary>Different files in use at a time; beyond this everything is read afresh.</summary>
    private const int MaxEntries = 256;

    private const int MaxFilesInDirectory = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>The certificates to trust, from a file or a directory of files; null with a problem if there is none to be had.</summary>
    public X509Certificate2Collection? Authorities(string path, out string? problem) => Load($"authorities\0{path}", [path], () => LoadAuthorities(path), out problem);

    /// <summary>Our own certificate with its key; the key may be in the same file. Null with a problem if it cannot be had.</summary>
    public X509Certificate2? Identity(string certificateFile, string? keyFile, out string? problem)
    {
        keyFile = string.IsNullOrEmpty(keyFile) ? null : keyFile;
        return Load(
            $"identity\0{certificateFile}\0{keyFile}",
            keyFile is null ? [certificateFile] : [certificateFile, keyFile],
            () => X509Certificate2.CreateFromPemFile(certificateFile, keyFile),
            out problem);
    }

    /// <summary>The revocation lists of a file, or of a directory of files; null with a problem if one cannot be read.</summary>
    internal ImmutableArray<RevocationList>? RevocationLists(string path, out string? problem) =>
        Load($"crl\0{path}", [path], () => new Lists([.. Files(path).SelectMany(file => RevocationList.ParsePem(File.ReadAllText(file)))]), out problem)?.All;

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var certificates = new X509Certificate2Collection();
        foreach (var file in Files(path))
        {
            certificates.ImportFromPemFile(file);
        }

        return certificates.Count > 0 ? certificates : throw new CryptographicException("no certificate in it");
    }

    private static IEnumerable<string> Files(string path) => Directory.Exists(path) ? Directory.EnumerateFiles(path).Take(MaxFilesInDirectory) : [path];

    /// <param name="files">Those whose change makes what is known of no use.</param>
    private T? Load<T>(string name, ReadOnlySpan<string> files, Func<T> load, out string? problem)
        where T : class
    {
        problem = null;
        try
        {
            var stamp = (File.GetLastWriteTimeUtc(files[0]), files.Length > 1 ? File.GetLastWriteTimeUtc(files[1]) : default);
            lock (_gate)
            {
                if (_entries.TryGetValue(name, out var known) && known.Stamp == stamp)
                {
                    return (T)known.Loaded;
                }

                var loaded = load();
                if (_entries.Count >= MaxEntries)
                {
                    _entries.Clear();
                }

                _entries[name] = new Entry(stamp, loaded);
                return loaded;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            problem = $"{files[0]}: {e.Message}";
            return null;
        }
    }

    private sealed record Entry((DateTime First, DateTime Second) Stamp, object Loaded);

    private sealed record Lists(ImmutableArray<RevocationList> All);
}
