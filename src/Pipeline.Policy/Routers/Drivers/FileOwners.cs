using System.Globalization;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>Whose the file of a redirect router may be: <c>check_owner</c>, <c>check_group</c>, <c>owners</c>, <c>owngroups</c>, <c>modemask</c>.</summary>
internal sealed class FileOwners
{
    private const string GroupFile = "/etc/group";
    private const int GroupMayWrite = 0b000_010_000;

    private readonly IReadOnlyList<string> _owners;
    private readonly IReadOnlyList<string> _groups;
    private readonly int _modeMask;
    private readonly bool _checkOwner;
    private readonly bool _checkGroup;

    public FileOwners(DriverOptions options)
    {
        var checkLocalUser = options.GetBool("check_local_user");
        _owners = Items(options, "owners");
        _groups = Items(options, "owngroups");
        _modeMask = options.GetOctal("modemask", 0b000_010_010);
        _checkOwner = options.GetBool("check_owner", checkLocalUser || options.IsSet("owners"));
        _checkGroup = options.GetBool("check_group", options.IsSet("owngroups") || (checkLocalUser && (_modeMask & GroupMayWrite) == 0));
    }

    /// <returns>Exim's words for why the file may not be used; null when it may.</returns>
    public string? Refuse(RouteRun run, string path, FileStatus file)
    {
        if (((int)file.Mode & _modeMask) is var unexpected and not 0)
        {
            return $"bad mode (0{Convert.ToString(file.Mode, 8)}) for {path}: 0{Convert.ToString(unexpected, 8)} bit(s) unexpected";
        }

        if (_checkOwner && !IsAny(file.UserId, run.Scope.Address?.Text("local_user_uid"), _owners, name => run.Services.LocalUsers.Find(name)?.UserId))
        {
            return $"bad owner for {path}";
        }

        return _checkGroup && !IsAny(file.GroupId, run.Scope.Address?.Text("local_user_gid"), _groups, FindGroup) ? $"bad group for {path}" : null;
    }

    private static IReadOnlyList<string> Items(DriverOptions options, string option) => [.. ListSyntax.Split(options.GetString(option) ?? "").Where(item => item.Length > 0)];

    private static bool IsAny(uint found, string? localUser, IReadOnlyList<string> listed, Func<string, int?> find) =>
        localUser == found.ToString(CultureInfo.InvariantCulture)
        || listed.Any(item => int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number == found : find(item) == found);

    private static int? FindGroup(string name)
    {
        foreach (var line in File.ReadLines(GroupFile))
        {
            if (line.Split(':') is [var group, _, var number, ..] && group == name)
            {
                return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
            }
        }

        return null;
    }
}
