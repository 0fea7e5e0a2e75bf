using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Dmarc.Reports;

/// <summary>Finds out where reports may be sent: an address outside the domain must have said that it wants them (RFC 9990 section 4, RFC 7489 section 7.1).</summary>
public sealed class ReportDestinations(IDnsResolver resolver, DmarcOptions options)
{
    /// <summary>Records of one name looked at.</summary>
    private const int MaxRecords = 20;

    private readonly IDmarcDiscoverer _discoverer = options.CreateDiscoverer(new DmarcLookups(resolver, options.Evaluation));

    /// <summary>Where failure reports about a message go.</summary>
    /// <param name="max">More addresses are passed over.</param>
    /// <returns>Each once; none when nobody wants them, or DNS does not say so now.</returns>
    public async ValueTask<ImmutableArray<EnvelopeAddress>> OfFailureReportsAsync(DmarcResult result, int max, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<EnvelopeAddress>();
        foreach (var asked in (result.Record?.FailureReports ?? []).Select(static uri => uri.Address).OfType<EnvelopeAddress>())
        {
            if (found.Count == max)
            {
                break;
            }

            if (await AdmitAsync(result, asked, cancellationToken) is { } address && !found.Contains(address, AddressComparer.Instance))
            {
                found.Add(address);
            }
        }

        return found.ToImmutable();
    }

    /// <returns>The address to write to, which may be another one of the same host; null when it does not want reports about this domain.</returns>
    private async ValueTask<EnvelopeAddress?> AdmitAsync(DmarcResult result, EnvelopeAddress address, CancellationToken cancellationToken)
    {
        var host = address.Domain.ToLowerInvariant();
        if (host.Equals(result.PolicyDomain, StringComparison.OrdinalIgnoreCase))
        {
            return address;
        }

        var (organization, _) = await _discoverer.OrganizationalDomainAsync(host, cancellationToken);
        if (organization is not null && organization.Equals(result.OrganizationalDomain, StringComparison.OrdinalIgnoreCase))
        {
            return address;
        }

        var name = $"{result.PolicyDomain}._report._dmarc.{host}";
        if (!DnsName.IsQueryable(name))
        {
            return null;
        }

        var answer = await resolver.QueryAsync(name, DnsRecordType.Txt, cancellationToken);
        var consent = answer.Records.OfType<TextRecord>().Take(MaxRecords)
            .Select(static record => Encoding.Latin1.GetBytes(record.Text)).FirstOrDefault(static text => DmarcRecordParser.IsDmarcRecord(text));
        if (answer.IsTemporaryFailure || consent is null)
        {
            return null;
        }

        // It may name another address, but not send the reports on to somebody else.
        var own = DmarcRecordParser.Parse(consent, options.Evaluation).FailureReports.Select(static uri => uri.Address).OfType<EnvelopeAddress>();
        return own.FirstOrDefault(other => other.Domain.Equals(host, StringComparison.OrdinalIgnoreCase)) ?? address;
    }
}
