using System.Collections.Immutable;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Dns;

/// <summary>What one response says about a question.</summary>
internal abstract record ChainStep
{
    private ChainStep()
    {
    }

    /// <param name="TimeToLive">Seconds; null when the response does not say.</param>
    internal sealed record End(DnsOutcome Outcome, ImmutableArray<DnsRecord> Records, uint? TimeToLive) : ChainStep;

    /// <summary>The response ends with an alias and says nothing about its target: that is to be asked.</summary>
    internal sealed record Continue(string Target, uint TimeToLive) : ChainStep;

    internal sealed record Broken(string Reason) : ChainStep;
}

/// <summary>Follows CNAME records inside one response (RFC 1034 section 3.6.2, RFC 2308 section 2).</summary>
internal static class AliasChain
{
    /// <summary>Aliases followed for one question, in one response and by further questions together.</summary>
    public const int MaxAliases = 12;

    /// <param name="aliases">Aliases followed so far; counted up.</param>
    public static ChainStep Follow(DnsQuestion question, DnsResponse response, ref int aliases)
    {
        var owner = question.Name;
        var timeToLive = uint.MaxValue;
        while (true)
        {
            if (TryCollect(response.Answers, owner, question.Type, ref timeToLive, out var records))
            {
                return new ChainStep.End(DnsOutcome.Success, records, timeToLive);
            }

            if (question.Type == DnsRecordType.Cname || !TryFindAlias(response.Answers, owner, ref timeToLive, out var target))
            {
                break;
            }

            if (++aliases > MaxAliases)
            {
                return new ChainStep.Broken($"more than {MaxAliases} aliases");
            }

            owner = target;
        }

        // RFC 2308 section 2.1: the response code and the SOA record speak of the last name of the chain.
        if (response.Code == DnsResponseCode.NonExistentDomain)
        {
            return Negative(DnsOutcome.NonExistentDomain, response, timeToLive);
        }

        if (!string.Equals(owner, question.Name, StringComparison.Ordinal))
        {
            return response.NegativeTimeToLive is null ? new ChainStep.Continue(owner, timeToLive) : Negative(DnsOutcome.NoData, response, timeToLive);
        }

        return response is { NegativeTimeToLive: null, HasNameServers: true, Authoritative: false }
            ? new ChainStep.Broken("a referral to other servers: this one does not resolve recursively")
            : Negative(DnsOutcome.NoData, response, timeToLive);
    }

    private static ChainStep.End Negative(DnsOutcome outcome, DnsResponse response, uint timeToLive) =>
        new(outcome, [], response.NegativeTimeToLive is { } negative ? Math.Min(negative, timeToLive) : null);

    private static bool TryCollect(
        ImmutableArray<DnsResourceRecord> answers, string owner, DnsRecordType type, ref uint timeToLive, out ImmutableArray<DnsRecord> records)
    {
        var builder = ImmutableArray.CreateBuilder<DnsRecord>();
        foreach (var answer in answers)
        {
            if (answer.Data.Type == type && string.Equals(answer.Owner, owner, StringComparison.Ordinal))
            {
                builder.Add(answer.Data);
                timeToLive = Math.Min(timeToLive, answer.TimeToLive);
            }
        }

        records = builder.DrainToImmutable();
        return !records.IsEmpty;
    }

    private static bool TryFindAlias(ImmutableArray<DnsResourceRecord> answers, string owner, ref uint timeToLive, out string target)
    {
        foreach (var answer in answers)
        {
            if (answer.Data is NameRecord { Type: DnsRecordType.Cname } alias && string.Equals(answer.Owner, owner, StringComparison.Ordinal))
            {
                timeToLive = Math.Min(timeToLive, answer.TimeToLive);
                target = alias.Target;
                return true;
            }
        }

        target = "";
        return false;
    }
}
