using Pipeline.Messages.Journal;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Actors.Receipt;

/// <summary>Turns the rewriting of an address into its event.</summary>
internal static class RewriteEvents
{
    public static AddressRewritten Of(RewriteStep step) => new(
        RewritePlaceNames.Of(step.Place), OctetString.ToText(step.From), OctetString.ToText(step.To), step.Rule.Number, Source(step));

    public static RecipientRewritten Of(int recipient, RewriteStep step) => new(
        recipient, OctetString.ToText(step.From), OctetString.ToText(step.To), step.Rule.Number, Source(step));

    private static PolicySource? Source(RewriteStep step) => step.Rule.Location is { } location ? new PolicySource(location.File, location.Line) : null;
}
