using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary>The accounts of this machine, from <c>/etc/passwd</c>, which is read again only when it has changed.</summary>
internal static class PasswordFile
{
    public const string DefaultPath = "/etc/passwd";

    private static readonly LookupFiles<Dictionary<string, PasswordEntry>> Files = new(octets => Parse(OctetString.FromBytes(octets)));

    /// <summary>The accounts by name, or null and why the file cannot be read.</summary>
    public static ValueTask<(Dictionary<string, PasswordEntry>? Accounts, string Error)> ReadAsync(string path, CancellationToken cancellationToken) =>
        Files.ReadAsync(path, cancellationToken);

    /// <inheritdoc cref="ReadAsync"/>
    public static (Dictionary<string, PasswordEntry>? Accounts, string Error) Read(string path) => Files.Read(path);

    // The first line of a name counts; a line that has not all fields is no account.
    private static Dictionary<string, PasswordEntry> Parse(string text)
    {
        var accounts = new Dictionary<string, PasswordEntry>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.TrimEnd().Split(':') is [var name, _, var userId, var groupId, var comment, var home, var shell])
            {
                accounts.TryAdd(name, new PasswordEntry(name, userId, groupId, comment, home, shell));
            }
        }

        return accounts;
    }
}
