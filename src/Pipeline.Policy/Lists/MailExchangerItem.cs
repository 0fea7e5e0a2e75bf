using System.Net;
using Pipeline.Mail.Dns;

namespace Pipeline.Policy.Lists;

/// <summary><c>@mx_any</c>, <c>@mx_primary</c>, <c>@mx_secondary</c>: the MX records of the domain point to this host.</summary>
internal sealed class MailExchangerItem : ListItem
{
    private const string IgnoreOption = "/ignore=";

    private readonly bool _primary;
    private readonly bool _secondary;
    private readonly MailList? _ignored;

    private MailExchangerItem(bool primary, bool secondary, MailList? ignored)
    {
        _primary = primary;
        _secondary = secondary;
        _ignored = ignored;
    }

    public static MailExchangerItem? TryParse(string text)
    {
        var slash = text.IndexOf(IgnoreOption, StringComparison.Ordinal);
        var ignored = slash < 0 ? null : MailList.Compile(ListKind.Host, Expansion.StringExpansion.Literal(text[(slash + IgnoreOption.Length)..]));
        return (slash < 0 ? text : text[..slash]) switch
        {
            "@mx_any" => new MailExchangerItem(true, true, ignored),
            "@mx_primary" => new MailExchangerItem(true, false, ignored),
            "@mx_secondary" => new MailExchangerItem(false, true, ignored),
            _ => null,
        };
    }

    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        var answer = await context.Scope.Environment.Dns.QueryAsync(context.Subject, DnsRecordType.Mx, context.CancellationToken);
        if (answer.IsTemporaryFailure)
        {
            return ListMatchResult.Defer($"host lookup did not complete: {answer.Reason}");
        }

        var exchangers = answer.Records.OfType<MailExchangeRecord>().OrderBy(r => r.Preference).ToList();
        foreach (var exchanger in exchangers)
        {
            var (local, deferred) = await IsLocalAsync(context, exchanger.Exchange);
            if (deferred)
            {
                return ListMatchResult.Defer($"host lookup did not complete for {exchanger.Exchange}");
            }

            var best = exchanger.Preference == exchangers[0].Preference;
            if (local && (best ? _primary : _secondary))
            {
                return ListMatchResult.Match(context.Subject);
            }

            if (local && best)
            {
                // The secondary form asks for a domain whose best host is another one.
                return ListMatchResult.NoMatch;
            }
        }

        return ListMatchResult.NoMatch;
    }

    private async ValueTask<(bool Local, bool Deferred)> IsLocalAsync(ListMatchContext context, string host)
    {
        var environment = context.Scope.Environment;
        var treated = await environment.Policy.MainOptions.HostsTreatAsLocal.MatchAsync(context.Scope, host, context.CancellationToken);
        if (treated.IsMatch)
        {
            return (true, false);
        }

        var (addresses, deferred) = await HostNameLookup.AddressesAsync(environment.Dns, host, context.CancellationToken);
        foreach (var address in addresses)
        {
            if (environment.LocalAddresses.Contains(address) && !await IsIgnoredAsync(context, address))
            {
                return (true, false);
            }
        }

        return (false, deferred && addresses.Count == 0);
    }

    private async ValueTask<bool> IsIgnoredAsync(ListMatchContext context, IPAddress address) =>
        _ignored is not null && (await _ignored.MatchHostAsync(context.Scope, HostSubject.Remote(address, null), context.CancellationToken)).IsMatch;
}
