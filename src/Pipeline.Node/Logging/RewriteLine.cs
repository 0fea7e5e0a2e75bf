using Pipeline.Messages.Journal;

namespace Pipeline.Node.Logging;

/// <summary>Exim's line for an address that a rule has rewritten (<c>log_selector = +address_rewrite</c>).</summary>
internal static class RewriteLine
{
    /// <returns>Null for other events.</returns>
    public static string? Of(JournalEvent what) => what switch
    {
        AddressRewritten e => Text(e.From, e.Place, e.To, e.Rule),
        RecipientRewritten e => Text(e.From, "env-to", e.To, e.Rule),
        _ => null,
    };

    private static string Text(string from, string place, string to, int rule) => $"\"{from}\" from {place} rewritten as \"{to}\" by rule {rule}";
}
