using System.Collections.Frozen;
using Pipeline.Policy.Expansion.Conditions;
using Pipeline.Policy.Expansion.Items;
using Pipeline.Policy.Expansion.Operators;
using Pipeline.Policy.Expansion.Variables;

namespace Pipeline.Policy.Configuration;

/// <summary>Macros that tell a configuration what this program can do: <c>_HAVE_TLS</c>, <c>_OPT_MAIN_…</c>, <c>_DRIVER_ROUTER_…</c> and so on.</summary>
/// <remarks>Distribution files test them with <c>.ifdef</c>; their value is <c>y</c>.</remarks>
public static class PredefinedMacros
{
    private static readonly string[] Features =
    [
        .. ProductFeatures.All.Where(feature => feature.Macro is not null).Select(feature => feature.Macro!),
    ];

    public static IReadOnlyDictionary<string, string> All { get; } = Names().Distinct(StringComparer.Ordinal).ToFrozenDictionary(n => n, Value, StringComparer.Ordinal);

    private static string Value(string name) => name == "_DKIM_SIGN_HEADERS"
        ? "From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:Content-ID:Content-Description:"
            + "Resent-Date:Resent-From:Resent-Sender:Resent-To:Resent-Cc:Resent-Message-ID:In-Reply-To:References:List-Id:List-Help:"
            + "List-Unsubscribe:List-Subscribe:List-Post:List-Owner:List-Archive"
        : "y";

    private static IEnumerable<string> Names() =>
    [
        "_DKIM_SIGN_HEADERS",
        .. With("_HAVE_", Features),
        .. With("_HAVE_LOOKUP_", Lookups.LookupRegistry.AvailableNames),
        .. With("_LOG_", LogSelection.Names),
        .. With("_OPT_MAIN_", Offered(MainOptionTable.Instance)),
        .. OfDrivers("ROUTER", DriverClass.Router),
        .. OfDrivers("TRANSPORT", DriverClass.Transport),
        .. OfDrivers("AUTHENTICATOR", DriverClass.Authenticator),
        .. With("_EXP_ITEM_", ItemRegistry.Names),
        .. With("_EXP_OP_", OperatorRegistry.Names),
        .. With("_EXP_COND_", ConditionRegistry.Names.Where(n => char.IsAsciiLetter(n[0]))),
        .. With("_EXP_VAR_", VariableRegistry.Names),
    ];

    private static IEnumerable<string> OfDrivers(string name, DriverClass drivers) =>
    [
        .. With($"_DRIVER_{name}_", drivers.DoneNames),
        .. With($"_OPT_{name}S_", Offered(drivers.Generic)),
        .. drivers.Drivers.Where(d => d.Value.Support.IsDone).SelectMany(d => With($"_OPT_{name}_{d.Key.ToUpperInvariant()}_", Offered(d.Value))),
    ];

    /// <summary>Options that are not done have no macro, so that a file can leave them out.</summary>
    private static IEnumerable<string> Offered(OptionTable table) => table.All.Where(o => o.Support.IsOffered).Select(o => o.Name);

    private static IEnumerable<string> With(string prefix, IEnumerable<string> names) => names.Select(n => prefix + n.ToUpperInvariant());
}
