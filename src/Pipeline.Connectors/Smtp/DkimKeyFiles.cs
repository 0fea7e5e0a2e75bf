using System.Security.Cryptography;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Dkim.Crypto;

namespace Pipeline.Connectors.Smtp;

/// <summary>Signing keys, parsed once: by the file they are in until that changes, or by their own text.</summary>
internal sealed class DkimKeyFiles
{
    /// <summary>Keys in use at a time; beyond this everything is read afresh.</summary>
    private const int MaxKeys = 4096;

    private const long MaxFileSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _keys = new(StringComparer.Ordinal);

    /// <returns>Null, and why, when there is no usable key. The reason holds nothing of the key.</returns>
    public DkimPrivateKey? Find(Secret source, out string problem)
    {
        var text = source.Value ?? "";
        if (!text.StartsWith('/'))
        {
            // Under the hash of a key, not under the key: a dump of the table gives nothing away.
            return Find(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))), default, () => text, out problem);
        }

        try
        {
            var file = new FileInfo(text);
            if (!file.Exists || file.Length > MaxFileSize)
            {
                problem = $"{text} is {(file.Exists ? "too large for a key" : "missing")}";
                return null;
            }

            return Find(text, file.LastWriteTimeUtc, () => File.ReadAllText(text), out problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"{text}: {e.Message}";
            return null;
        }
    }

    private DkimPrivateKey? Find(string name, DateTime stamp, Func<string> read, out string problem)
    {
        lock (_gate)
        {
            problem = "";
            if (_keys.TryGetValue(name, out var known) && known.Stamp == stamp)
            {
                return known.Key;
            }

            var key = DkimPrivateKey.FromPem(read(), out problem);
            if (key is null)
            {
                return null;
            }

            if (_keys.Count >= MaxKeys)
            {
                _keys.Clear();
            }

            _keys[name] = new Entry(stamp, key);
            return key;
        }
    }

    private sealed record Entry(DateTime Stamp, DkimPrivateKey Key);
}
