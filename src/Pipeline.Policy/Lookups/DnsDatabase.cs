using System.Globalization;
using System.Net;
using System.Text;
using Pipeline.Mail.Dns;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Conditions;

namespace Pipeline.Policy.Lookups;

/// <summary><c>dnsdb</c>: records of the domain name system.</summary>
internal static class DnsDatabase
{
    public static LookupType[] Types { get; } = [new("dnsdb", LookupStyle.Query, FindAsync) { FindsForeignText = true }];

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        if (!DnsDatabaseQuery.TryParse(question.FileOrQuery, out var query, out var error))
        {
            return LookupResult.Deferred(error);
        }

        var found = new StringBuilder();
        var any = false;
        string? deferred = null;
        foreach (var name in query.Names)
        {
            var answers = await AskAsync(question, query, name, cancellationToken);
            foreach (var answer in answers)
            {
                if (answer.IsTemporaryFailure)
                {
                    deferred ??= answer.Reason ?? "temporary DNS error";
                    continue;
                }

                question.Scope.Message.ConditionVariables["lookup_dnssec_authenticated"] = answer.Authenticated ? "yes" : "no";
                if (query.RequiresAuthentication && !answer.Authenticated)
                {
                    continue;
                }

                foreach (var record in answer.Records)
                {
                    found.Append(any ? query.Separator.ToString() : "").Append(Show(record, query));
                    any = true;
                }
            }

            if (deferred is not null && query.Defer == DnsDeferPolicy.Strict)
            {
                return LookupResult.Deferred(deferred);
            }
        }

        if (any)
        {
            return LookupResult.Found(found.ToString());
        }

        return deferred is not null && query.Defer == DnsDeferPolicy.Lax ? LookupResult.Deferred(deferred) : LookupResult.NotFound;
    }

    private static async ValueTask<DnsAnswer[]> AskAsync(LookupQuestion question, DnsDatabaseQuery query, string name, CancellationToken cancellationToken)
    {
        var dns = question.Scope.Environment.Dns;
        switch (query.Form)
        {
            case DnsDatabaseForm.AllAddresses:
                return
                [
                    await dns.QueryAsync(name, DnsRecordType.Aaaa, cancellationToken),
                    await dns.QueryAsync(name, DnsRecordType.A, cancellationToken),
                ];
            case DnsDatabaseForm.ZoneServers:
                while (true)
                {
                    var answer = await dns.QueryAsync(name, DnsRecordType.Ns, cancellationToken);
                    var dot = name.IndexOf('.', StringComparison.Ordinal);
                    if (answer.Outcome is DnsOutcome.Success or DnsOutcome.TemporaryFailure || dot < 0)
                    {
                        return [answer];
                    }

                    name = name[(dot + 1)..];
                }

            default:
                var asked = query.Type == DnsRecordType.Ptr && AddressConditions.TryParse(name, out var address) ? ReverseName.Of(address) : name;
                return [await dns.QueryAsync(asked, query.Type, cancellationToken)];
        }
    }

    private static string Show(DnsRecord record, DnsDatabaseQuery query)
    {
        var separator = query.FieldSeparator is { Length: > 0 } chosen ? chosen : " ";
        return record switch
        {
            AddressRecord address => address.Address.ToString(),
            NameRecord name => name.Target,
            MailExchangeRecord exchange when query.Form == DnsDatabaseForm.HostOnly => exchange.Exchange,
            MailExchangeRecord exchange => string.Create(CultureInfo.InvariantCulture, $"{exchange.Preference}{separator}{exchange.Exchange}"),
            ServiceRecord service => string.Create(
                CultureInfo.InvariantCulture, $"{service.Priority}{separator}{service.Weight}{separator}{service.Port}{separator}{service.Target}"),
            TlsaRecord tlsa => string.Create(
                CultureInfo.InvariantCulture,
                $"{tlsa.Usage}{separator}{tlsa.Selector}{separator}{tlsa.MatchingType}{separator}{Convert.ToHexStringLower(tlsa.Data.Span)}"),
            TextRecord text => query.FieldSeparator is null
                ? Strings(text).FirstOrDefault("")
                : string.Join(query.FieldSeparator, Strings(text)),
            _ => "",
        };
    }

    private static IEnumerable<string> Strings(TextRecord text) => text.Strings.Select(s => OctetString.FromBytes(s.Span));
}
