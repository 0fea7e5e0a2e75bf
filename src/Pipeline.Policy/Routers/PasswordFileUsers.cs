using System.Globalization;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Routers;

/// <summary>The accounts of a password file that have numbers for their user and group.</summary>
/// <param name="maxNameLength">Nobody has a longer name (<c>max_username_length</c>); 0 for no limit.</param>
internal sealed class PasswordFileUsers(string path, int maxNameLength = 0) : ILocalUsers
{
    public LocalUser? Find(string name)
    {
        if (maxNameLength > 0 && name.Length > maxNameLength)
        {
            return null;
        }

        var (accounts, error) = PasswordFile.Read(path);
        if (accounts is null)
        {
            throw new IOException($"failed to open {path}: {error}");
        }

        return accounts.TryGetValue(name, out var entry)
            && int.TryParse(entry.UserId, NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            && int.TryParse(entry.GroupId, NumberStyles.None, CultureInfo.InvariantCulture, out var group)
                ? new LocalUser(entry.Name, user, group, entry.Home)
                : null;
    }
}
