using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Callers;

/// <summary>Reads a list of users or groups, each a name or a number: their names are looked up once, when the configuration is read.</summary>
internal static class AccountList
{
    /// <param name="problem">The first name that is none, in Exim's words; empty when all are known.</param>
    public static ImmutableArray<uint> Users(string? list, out string problem) =>
        Read(list, "user", static name => PasswordFile.Read(PasswordFile.DefaultPath).Accounts?.GetValueOrDefault(name)?.UserId, out problem);

    /// <inheritdoc cref="Users"/>
    public static ImmutableArray<uint> Groups(string? list, out string problem) =>
        Read(list, "group", static name => GroupFile.Read(GroupFile.DefaultPath).Groups?.GetValueOrDefault(name), out problem);

    private static ImmutableArray<uint> Read(string? list, string kind, Func<string, string?> find, out string problem)
    {
        problem = "";
        var ids = ImmutableArray.CreateBuilder<uint>();
        foreach (var item in ListSyntax.Split(list ?? ""))
        {
            if (uint.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                || uint.TryParse(find(item), NumberStyles.None, CultureInfo.InvariantCulture, out id))
            {
                ids.Add(id);
            }
            else if (problem.Length == 0)
            {
                problem = item.Contains('$', StringComparison.Ordinal)
                    ? $"{kind} {item}: a list of {kind}s is not expanded in this version"
                    : $"{kind} {item} was not found";
            }
        }

        return ids.ToImmutable();
    }
}
