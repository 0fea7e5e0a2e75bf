using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Reply;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary>The message to <c>syntax_errors_to</c> about addresses of a redirection that were skipped (Exim specification, "The redirect router").</summary>
internal static class SyntaxErrorNote
{
    /// <param name="any">Whether other addresses came of the data.</param>
    /// <returns>Null when nobody is to be told, or the options cannot be expanded, which is logged.</returns>
    public static async ValueTask<AutomaticReply?> WriteAsync(
        RouteRun run, ExpandableString? to, ExpandableString? text, IReadOnlyList<RedirectItem.Malformed> errors, bool any, CancellationToken cancellationToken)
    {
        if (to is null || errors.Count == 0 || run.Mode != RoutingMode.Deliver)
        {
            return null;
        }

        if (await TextAsync(run, "syntax_errors_to", to, cancellationToken) is not { } listed
            || AddressListParser.Parse(Encoding.UTF8.GetBytes(OctetString.ToText(listed))).Addresses is not { Length: > 0 } addresses)
        {
            return null;
        }

        var body = new StringBuilder();
        if (text is not null && await TextAsync(run, "syntax_errors_text", text, cancellationToken) is { } own)
        {
            body.Append(own.TrimEnd('\n')).Append("\n\n");
        }

        body.Append("The ").Append(run.Router.Name).Append(" router encountered the following error(s):\n\n");
        foreach (var error in errors)
        {
            body.Append("  ").Append(error.Error).Append(" in the address\n  \"").Append(error.Text.ReplaceLineEndings(" ")).Append("\"\n\n");
        }

        body.Append(any ? "Other addresses were processed normally.\n" : "No valid addresses were generated.\n");
        return new AutomaticReply
        {
            Recipients = [.. addresses.Select(static address => address.ToEnvelopeAddress())],
            From = $"Mail Delivery System <Mailer-Daemon@{run.Scope.Environment.QualifyDomain}>",
            To = listed,
            Subject = "error(s) in forwarding or filtering",
            Text = body.ToString(),
        };
    }

    private static async ValueTask<string?> TextAsync(RouteRun run, string name, ExpandableString option, CancellationToken cancellationToken)
    {
        var expanded = await option.ExpandAsync(run.Scope, cancellationToken);
        if (expanded.Outcome is ExpansionOutcome.Failed or ExpansionOutcome.Deferred)
        {
            run.Scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"failed to expand {name} of {run.Router.Name} router: {expanded.Message}");
        }

        return expanded is { IsSuccess: true, Value.Length: > 0 } ? expanded.Value : null;
    }
}
