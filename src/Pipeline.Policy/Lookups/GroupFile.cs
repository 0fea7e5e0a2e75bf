using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lookups;

/// <summary>The groups of this machine, from <c>/etc/group</c>, which is read again only when it has changed.</summary>
internal static class GroupFile
{
    public const string DefaultPath = "/etc/group";

    private static readonly LookupFiles<Dictionary<string, string>> Files = new(octets => Parse(OctetString.FromBytes(octets)));

    /// <summary>The numbers of the groups by their names, or null and why the file cannot be read.</summary>
    public static (Dictionary<string, string>? Groups, string Error) Read(string path) => Files.Read(path);

    // The first line of a name counts; a line that has not all fields is no group.
    private static Dictionary<string, string> Parse(string text)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.TrimEnd().Split(':') is [var name, _, var groupId, _])
            {
                groups.TryAdd(name, groupId);
            }
        }

        return groups;
    }
}
