using System.Globalization;

namespace Pipeline.Policy.Routers;

/// <summary>Looks up accounts of this machine, for <c>check_local_user</c>.</summary>
public interface ILocalUsers
{
    /// <returns>Null when there is no such account.</returns>
    LocalUser? Find(string name);
}

public sealed record LocalUser(string Name, int UserId, int GroupId, string Home);

/// <summary>A machine without accounts that get mail.</summary>
public sealed class NoLocalUsers : ILocalUsers
{
    public static NoLocalUsers Instance { get; } = new();

    public LocalUser? Find(string name) => null;
}

/// <summary>The accounts of a file in the form of <c>/etc/passwd</c>, read again whenever it has changed.</summary>
public sealed class PasswordFileUsers(string path) : ILocalUsers
{
    private const int MaxLines = 1_000_000;

    private readonly Lock _lock = new();
    private Dictionary<string, LocalUser> _users = new(StringComparer.Ordinal);
    private DateTime _readAt = DateTime.MinValue;

    public LocalUser? Find(string name)
    {
        lock (_lock)
        {
            var changed = File.GetLastWriteTimeUtc(path);
            if (changed != _readAt)
            {
                _users = Read();
                _readAt = changed;
            }

            return _users.GetValueOrDefault(name);
        }
    }

    private Dictionary<string, LocalUser> Read()
    {
        var users = new Dictionary<string, LocalUser>(StringComparer.Ordinal);
        Span<Range> fields = stackalloc Range[8];
        foreach (var line in File.ReadLines(path).Take(MaxLines))
        {
            var text = line.AsSpan();
            if (text.Split(fields, ':') == 7
                && int.TryParse(text[fields[2]], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
                && int.TryParse(text[fields[3]], NumberStyles.None, CultureInfo.InvariantCulture, out var group))
            {
                var name = text[fields[0]].ToString();
                users.TryAdd(name, new LocalUser(name, user, group, text[fields[5]].ToString()));
            }
        }

        return users;
    }
}
