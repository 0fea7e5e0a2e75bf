using System.Globalization;
using System.Text;
using Pipeline.Policy.Configuration;

namespace Pipeline.Architecture.Tests;

/// <summary>Rows of the tables that say how far things are done.</summary>
internal static class SupportTable
{
    public static void Row(StringBuilder page, Support support, IEnumerable<string> names) => page.Append(
        CultureInfo.InvariantCulture,
        $"| {string.Join(", ", names.Order(StringComparer.Ordinal).Select(name => $"`{name}`"))} | {State(support)} | {support.Advice.Replace("|", "\\|", StringComparison.Ordinal)} |\n");

    public static string State(Support support) => support.Level switch
    {
        SupportLevel.WithoutEffect => "no effect",
        SupportLevel.NotDone => "ignored",
        SupportLevel.RefusedWhenReached => "waits",
        SupportLevel.Refused => "refused",
        _ => "done",
    };
}
