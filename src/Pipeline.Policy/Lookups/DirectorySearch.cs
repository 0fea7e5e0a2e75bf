using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary><c>dsearch</c>: an entry of a directory named exactly like the key.</summary>
internal static class DirectorySearch
{
    public static LookupType[] Types { get; } = [new("dsearch", LookupStyle.SingleKey, Find)];

    private static ValueTask<LookupResult> Find(LookupQuestion question, CancellationToken cancellationToken)
    {
        var directory = OctetString.ToText(question.FileOrQuery);
        if (FilePath.Refuse(directory) is { } refusal)
        {
            return new(LookupResult.Failed($"failed to open {question.FileOrQuery} for directory search: {refusal}"));
        }

        if (!Directory.Exists(directory))
        {
            return new(LookupResult.Failed(
                $"failed to open {question.FileOrQuery} for directory search: {(File.Exists(directory) ? "Not a directory" : "No such file or directory")}"));
        }

        var key = OctetString.ToText(question.Key);
        var filter = question.Option("filter");
        if (key.Contains('/', StringComparison.Ordinal))
        {
            return new(LookupResult.Deferred($"key for dsearch lookup contains a slash: {question.Key}"));
        }

        if (key.AsSpan().IndexOfAny('\0', '\n') >= 0 || key is ".." || (key is "." && filter is not "dir"))
        {
            return new(LookupResult.NotFound);
        }

        var path = Path.Combine(directory, key);
        var found = filter switch
        {
            "file" => File.Exists(path),
            "dir" or "subdir" => Directory.Exists(path),
            _ => Path.Exists(path) || new FileInfo(path).LinkTarget is not null,
        };
        if (!found)
        {
            return new(LookupResult.NotFound);
        }

        return new(LookupResult.Found(question.Option("ret") == "full" ? $"{question.FileOrQuery.TrimEnd('/')}/{question.Key}" : question.Key));
    }
}
