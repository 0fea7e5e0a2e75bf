namespace Pipeline.Policy.Lookups;

/// <summary><c>passwd</c>: a user of this machine; yields <c>*:uid:gid:gecos:home:shell</c>.</summary>
internal static class PasswordLookup
{
    public static LookupType[] Types { get; } = [new("passwd", LookupStyle.Query, FindAsync)];

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        var (accounts, error) = await PasswordFile.ReadAsync(PasswordFile.DefaultPath, cancellationToken);
        if (accounts is null)
        {
            return LookupResult.Deferred($"failed to open {PasswordFile.DefaultPath}: {error}");
        }

        return accounts.TryGetValue(question.FileOrQuery, out var entry)
            ? LookupResult.Found($"*:{entry.UserId}:{entry.GroupId}:{entry.Comment}:{entry.Home}:{entry.Shell}")
            : LookupResult.NotFound;
    }
}
