using Pipeline.Policy.Acl;
using Pipeline.Policy.Acl.Conditions;
using Pipeline.Policy.Acl.Modifiers;
using Pipeline.Policy.Acl.Verification;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Expansion.Items;
using Pipeline.Policy.Expansion.Operators;
using Pipeline.Policy.Expansion.Variables;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Configuration;

/// <summary>Things of one kind that the language knows by name.</summary>
/// <param name="Title">What they are, for a heading.</param>
/// <param name="Generic">Of the options of a driver: whether those that every such driver has are done for this one.</param>
public sealed record LanguageGroup(string Title, IReadOnlyList<LanguageEntry> Entries, Support? Generic = null);

/// <summary>Something that the language knows by name, and how far it is done.</summary>
public sealed record LanguageEntry(string Name, Support Support);

/// <summary>The whole language as the tables of this program have it: what <c>docs/exim-compatibility.md</c> is written from.</summary>
public static class LanguageInventory
{
    private static readonly Support NotThere = Support.Refused("coming to it fails, as in an Exim that was built without it");

    public static IEnumerable<LanguageGroup> All =>
    [
        Of("Main options", MainOptionTable.Instance),
        .. Of(DriverClass.Router), .. Of(DriverClass.Transport), .. Of(DriverClass.Authenticator),
        new("ACL verbs", [.. Enum.GetValues<AclVerb>().Select(verb => Done(verb.Word))]),
        new("ACL conditions", [.. AclItemRegistry.All.Where(kind => !kind.IsModifier).Select(kind => new LanguageEntry(kind.Name, kind.SupportOf("")))]),
        new("What `verify` verifies", [.. VerifyOptions.Names.Select(name => new LanguageEntry(name, new VerifyCondition().SupportOf(name)))]),
        new("ACL modifiers", [.. AclItemRegistry.All.Where(kind => kind.IsModifier).Select(kind => new LanguageEntry(kind.Name, kind.SupportOf("")))]),
        new("What `control` controls", [.. ControlModifier.All.Select(control => new LanguageEntry(control.Name, control.Support))]),
        new("Expansion items", [.. ItemRegistry.All.Select(item => Where(item.Name, item.IsAvailable, NotThere))]),
        new("Expansion operators", [.. OperatorRegistry.Names.Select(Done)]),
        new("Expansion conditions", [.. ConditionRegistry.All.Select(condition => Where(condition.Name, condition.IsAvailable, NotThere))]),
        new(
            "Expansion variables",
            [
                .. VariableRegistry.Families.Select(Done),
                .. VariableRegistry.All.Select(variable => Where(variable.Name, variable.IsAvailable, UnavailablePart.Variable(variable.Name).Support)),
            ]),
        new("Lookup types", [.. LookupRegistry.All.Select(type => Where(type.Name, type.IsAvailable, UnavailablePart.Failing(type.Name).Support))]),
        new("Log selectors", [.. LogSelection.Names.Select(name => new LanguageEntry(name, LogSelection.SupportOf(name)))]),
    ];

    private static LanguageEntry Done(string name) => new(name, Support.Done);

    private static LanguageEntry Where(string name, bool isDone, Support otherwise) => new(name, isDone ? Support.Done : otherwise);

    private static LanguageGroup Of(string title, OptionTable table) =>
        new(title, [.. table.All.Select(option => new LanguageEntry(option.Name, option.Support))], table.GenericSupport);

    private static IEnumerable<LanguageGroup> Of(DriverClass drivers) =>
    [
        new($"{char.ToUpperInvariant(drivers.Name[0])}{drivers.Name[1..]} drivers", [.. drivers.Drivers.Select(driver => new LanguageEntry(driver.Key, driver.Value.Support))]),
        Of($"Options of every {drivers.Name}", drivers.Generic),
        .. drivers.Drivers.OrderBy(driver => driver.Key, StringComparer.Ordinal).Where(driver => driver.Value.Support.IsDone)
            .Select(driver => Of($"Options of the {drivers.Name} {driver.Key}", driver.Value)),
    ];
}
