using System.Net;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Lists;

/// <summary>A domain, host, address or local part list of the configuration (Exim specification, chapter "Domain, host, address, and local part lists").</summary>
/// <remarks>
/// The whole list is expanded first, then its items are tried from the left. The first that matches decides: in the list, or not when it is
/// negated; at the end the answer is yes only if the last item was a negated one. A forced failure of the expansion means that nothing is in
/// the list; any other failure, and a lookup that defers, mean that it cannot be said now.
/// </remarks>
public sealed class MailList
{
    private readonly ExpandableString _definition;
    private volatile ListProgram? _last;

    private MailList(ListKind kind, ExpandableString definition)
    {
        Kind = kind;
        _definition = definition;
    }

    public ListKind Kind { get; }

    /// <summary>The list as written.</summary>
    public string Source => _definition.Source;

    public static MailList Compile(ListKind kind, ExpandableString definition) => new(kind, definition);

    public static MailList Compile(ListKind kind, string definition) => new(kind, StringExpansion.Compile(definition));

    /// <summary>Is this text in the list?</summary>
    /// <param name="subject">
    /// A domain; a local part; an address (empty for the null sender); for a host list the text of an IP address, or nothing when there is no remote host.
    /// </param>
    public ValueTask<ListMatchResult> MatchAsync(EvaluationScope scope, string subject, CancellationToken cancellationToken) =>
        MatchAsync(scope, subject, caseful: false, cancellationToken);

    /// <param name="caseful">Compare local parts with regard to letter case from the first item on.</param>
    public ValueTask<ListMatchResult> MatchAsync(EvaluationScope scope, string subject, bool caseful, CancellationToken cancellationToken)
    {
        if (Kind == ListKind.Host)
        {
            return MatchHostAsync(scope, HostSubject.FromText(scope, subject), cancellationToken);
        }

        return MatchAsync(new ListMatchContext(scope, Kind, subject, null, cancellationToken) { Caseful = caseful });
    }

    /// <summary>Is this host in the list? Only for host lists.</summary>
    public ValueTask<ListMatchResult> MatchHostAsync(EvaluationScope scope, HostSubject host, CancellationToken cancellationToken) =>
        MatchAsync(new ListMatchContext(scope, Kind, host.AddressText, host, cancellationToken));

    /// <summary>Is the client of the connection in the list? Only for host lists.</summary>
    public ValueTask<ListMatchResult> MatchClientAsync(EvaluationScope scope, CancellationToken cancellationToken) =>
        MatchHostAsync(scope, HostSubject.Client(scope), cancellationToken);

    internal async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        var expanded = await _definition.ExpandAsync(context.Scope, context.CancellationToken);
        (context.Source, context.Taint) = (Source, expanded.Text.Taint);
        return expanded.Outcome switch
        {
            ExpansionOutcome.Success => await Program(expanded.Value).MatchAsync(context),
            ExpansionOutcome.ForcedFailure => ListMatchResult.NoMatch,
            _ => ListMatchResult.Defer($"failed to expand \"{Source}\": {expanded.Message}"),
        };
    }

    private ListProgram Program(string text)
    {
        var program = _last;
        if (program is null || program.Text != text)
        {
            _last = program = ListProgram.Parse(Kind, text);
        }

        return program;
    }
}
