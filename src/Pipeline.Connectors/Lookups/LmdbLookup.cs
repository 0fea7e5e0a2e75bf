using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Connectors.Lookups;

/// <summary><c>lmdb</c>: reads LMDB databases with the system's liblmdb. Source: the section "LMDB Lookup support" of Exim's experimental specification.</summary>
/// <remarks>The file is the database itself, its lock file lies beside it. Keys have no NUL at their end; a value ends at its first NUL, as in Exim.</remarks>
internal sealed class LmdbLookup : ILookupBackend
{
    public const string Missing = "liblmdb cannot be loaded: install it (Debian's package liblmdb0)";

    private const int MaxFiles = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (LmdbFile File, DateTime Changed, long Size)> _files = new(StringComparer.Ordinal);

    public string TypeName => "lmdb";

    public string? WhyUnusable => Lmdb.IsThere ? null : Missing;

    public ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken) => new(Find(question));

    private LookupResult Find(LookupQuestion question)
    {
        if (WhyUnusable is { } why)
        {
            return LookupResult.Failed(why);
        }

        if (FilePath.Refuse(question.FileOrQuery) is { } refusal)
        {
            return LookupResult.Failed($"LMDB: Unable to open environment with {question.FileOrQuery}: {refusal}");
        }

        // Held over the question: a file that has changed is opened anew, and must not be closed under another reader.
        lock (_gate)
        {
            var (file, problem) = Open(OctetString.ToText(question.FileOrQuery));
            if (file is null)
            {
                return LookupResult.Failed(problem);
            }

            var value = file.Find(OctetString.ToBytes(question.Key), out var failure);
            return failure is not null ? LookupResult.Deferred(failure)
                : value is null ? LookupResult.NotFound
                : LookupResult.Found(OctetString.FromBytes(value.AsSpan(0, Array.IndexOf(value, (byte)0) is var end and >= 0 ? end : value.Length)));
        }
    }

    /// <summary>A file that was replaced by another of its name is known by its time and size.</summary>
    private (LmdbFile? File, string Problem) Open(string path)
    {
        var now = new FileInfo(path);
        if (_files.TryGetValue(path, out var known))
        {
            if (now.Exists && known.Changed == now.LastWriteTimeUtc && known.Size == now.Length)
            {
                return (known.File, "");
            }

            known.File.Dispose();
            _files.Remove(path);
        }

        if (_files.Count >= MaxFiles)
        {
            CloseAll();
        }

        var (file, problem) = LmdbFile.Open(path);
        if (file is not null)
        {
            _files.Add(path, (file, now.LastWriteTimeUtc, now.Exists ? now.Length : 0));
        }

        return (file, problem);
    }

    private void CloseAll()
    {
        foreach (var (file, _, _) in _files.Values)
        {
            file.Dispose();
        }

        _files.Clear();
    }
}
