using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary><c>passwd</c>: a user of this machine; yields <c>*:uid:gid:gecos:home:shell</c>.</summary>
internal static class PasswordFile
{
    private const string Path = "/etc/passwd";

    private static readonly LookupFiles<Dictionary<string, string>> Files = new(octets => Parse(OctetString.FromBytes(octets)));

    public static LookupType[] Types { get; } = [new("passwd", LookupStyle.Query, FindAsync)];

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        var (users, error) = await Files.ReadAsync(Path, cancellationToken);
        if (users is null)
        {
            return LookupResult.Deferred($"failed to open {Path}: {error}");
        }

        return users.TryGetValue(question.FileOrQuery, out var data) ? LookupResult.Found(data) : LookupResult.NotFound;
    }

    private static Dictionary<string, string> Parse(string text)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var fields = line.TrimEnd().Split(':');
            if (fields.Length == 7)
            {
                users.TryAdd(fields[0], $"*:{fields[2]}:{fields[3]}:{fields[4]}:{fields[5]}:{fields[6]}");
            }
        }

        return users;
    }
}
