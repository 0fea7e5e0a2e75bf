using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary><c>lsearch</c>: a text file of keys and data; letter case does not matter, the first entry counts.</summary>
internal static class LineSearch
{
    public static LookupType[] Types { get; } = [new("lsearch", LookupStyle.SingleKey, FindAsync)];

    /// <summary>Exim's words for a file that cannot be opened.</summary>
    public static LookupResult CannotOpen(string path, string error) => LookupResult.Failed(
        Directory.Exists(OctetString.ToText(path)) ? $"{path} is not a regular file (lsearch lookup)" : $"failed to open {path} for linear search: {error}");

    /// <summary>What an entry yields under the option <c>ret=</c>; as a key that is what was looked for, in its own letter case.</summary>
    public static LookupResult Yield(LookupQuestion question, LineEntry entry) => LookupResult.Found(question.Option("ret") switch
    {
        "key" => question.Key,
        "full" => entry.Full,
        _ => entry.Data,
    });

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        var (file, error) = await LineFile.Files.ReadAsync(question.FileOrQuery, cancellationToken);
        if (file is null)
        {
            return CannotOpen(question.FileOrQuery, error);
        }

        return file.Find(question.Key) is { } entry ? Yield(question, entry) : LookupResult.NotFound;
    }
}
