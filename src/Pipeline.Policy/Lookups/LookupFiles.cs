using System.Collections.Concurrent;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary>Files that lookups read, in the form a lookup type has made of them; a file is read again only when its time or size has changed.</summary>
/// <typeparam name="T">The form: an index of its lines, a document.</typeparam>
internal sealed class LookupFiles<T>(Func<byte[], T> parse)
    where T : class
{
    private const int MaxFiles = 100;
    private const long MaxFileSize = 256L * 1024 * 1024;

    private readonly ConcurrentDictionary<string, Entry> _files = new(StringComparer.Ordinal);

    /// <summary>Reads a file.</summary>
    /// <returns>The file's form, or null and why it cannot be read.</returns>
    public async ValueTask<(T? Content, string Error)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return Look(path, out var file) ?? Keep(path, file!, await File.ReadAllBytesAsync(file!.FullName, cancellationToken));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return (null, FileErrors.Describe(problem));
        }
    }

    /// <summary>Reads a small file of this machine where there is no waiting.</summary>
    /// <inheritdoc cref="ReadAsync" path="/returns"/>
    public (T? Content, string Error) Read(string path)
    {
        try
        {
            return Look(path, out var file) ?? Keep(path, file!, File.ReadAllBytes(file!.FullName));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return (null, FileErrors.Describe(problem));
        }
    }

    // What is known without opening the file; null when it has to be read.
    private (T? Content, string Error)? Look(string path, out FileInfo? file)
    {
        file = null;
        if (FilePath.Refuse(path) is { } refusal)
        {
            return (null, refusal);
        }

        file = new FileInfo(OctetString.ToText(path));
        if (!file.Exists)
        {
            return (null, Directory.Exists(file.FullName) ? "Is a directory" : "No such file or directory");
        }

        if (_files.TryGetValue(path, out var entry) && entry.Changed == file.LastWriteTimeUtc && entry.Size == file.Length)
        {
            return (entry.Content, "");
        }

        return file.Length > MaxFileSize ? (null, $"larger than {MaxFileSize} octets") : null;
    }

    private (T? Content, string Error) Keep(string path, FileInfo file, byte[] octets)
    {
        var content = parse(octets);
        if (_files.Count >= MaxFiles)
        {
            _files.Clear();
        }

        _files[path] = new Entry(content, file.LastWriteTimeUtc, octets.Length);
        return (content, "");
    }

    private sealed record Entry(T Content, DateTime Changed, long Size);
}
