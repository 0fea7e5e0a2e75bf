using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Spf;

/// <summary>The mechanisms of RFC 7208 section 5.</summary>
internal sealed partial class SpfEvaluation
{
    private DnsAnswer? _pointers;
    private List<string>? _validatedNames;

    private enum MatchKind
    {
        No,
        Yes,
        TempError,
        PermError,
    }

    private readonly record struct Match(MatchKind Kind, string Reason = "")
    {
        public static Match No => new(MatchKind.No);

        public static Match Of(bool isMatch) => new(isMatch ? MatchKind.Yes : MatchKind.No);

        public static Match TempError(DnsAnswer answer) => new(MatchKind.TempError, answer.Reason ?? "DNS failed");
    }

    private async ValueTask<Match> MatchAsync(SpfTerm term, string domain)
    {
        switch (term.Mechanism)
        {
            case SpfMechanism.All:
                return Match.Of(true);
            case SpfMechanism.Ip4:
                return Match.Of(SpfAddress.IsInNetwork(context.Client, term.Network!, term.Prefix4));
            case SpfMechanism.Ip6:
                return Match.Of(SpfAddress.IsInNetwork(context.Client, term.Network!, term.Prefix6));
        }

        var target = term.Target is null ? domain : await ExpandAsync(term.Target, domain).ConfigureAwait(false);
        if (term.Mechanism == SpfMechanism.Include)
        {
            return await MatchIncludeAsync(target).ConfigureAwait(false);
        }

        if (!DnsName.IsQueryable(target))
        {
            // RFC 7208 section 4.8 leaves it open what a name that cannot be asked for means; like a name without records it does not match.
            return Match.No;
        }

        return term.Mechanism switch
        {
            SpfMechanism.A => await MatchAddressAsync(target, term).ConfigureAwait(false),
            SpfMechanism.Mx => await MatchMxAsync(target, term).ConfigureAwait(false),
            SpfMechanism.Exists => await MatchExistsAsync(target).ConfigureAwait(false),
            _ => await MatchPtrAsync(target).ConfigureAwait(false),
        };
    }

    private async ValueTask<Match> MatchIncludeAsync(string target)
    {
        if (!System.Text.Ascii.IsValid(target))
        {
            // A local part that is not ASCII cannot be a label: the term matches nothing (RFC 8616 section 4).
            return Match.No;
        }

        var outcome = await CheckHostAsync(target, null).ConfigureAwait(false);
        return outcome.Verdict switch
        {
            SpfVerdict.Pass => new Match(MatchKind.Yes),
            SpfVerdict.TempError => new Match(MatchKind.TempError, outcome.Reason),
            SpfVerdict.PermError or SpfVerdict.None => new Match(MatchKind.PermError, outcome.Reason),
            _ => Match.No,
        };
    }

    private async ValueTask<Match> MatchAddressAsync(string target, SpfTerm term)
    {
        var answer = await resolver.QueryAsync(target, AddressType, cancellationToken).ConfigureAwait(false);
        return RefuseAnswer(answer) ?? Match.Of(HasClient(answer, term));
    }

    private async ValueTask<Match> MatchMxAsync(string target, SpfTerm term)
    {
        var answer = await resolver.QueryAsync(target, DnsRecordType.Mx, cancellationToken).ConfigureAwait(false);
        if (RefuseAnswer(answer) is { } refusal)
        {
            return refusal;
        }

        if (answer.Records.Length > options.MaxMxNames)
        {
            return new Match(MatchKind.PermError, $"{Shown(target)} has more than {options.MaxMxNames} MX records");
        }

        foreach (var record in answer.Records)
        {
            // The null MX (RFC 7505) names no host.
            if (record is not MailExchangeRecord { Exchange: { Length: > 0 } exchange })
            {
                continue;
            }

            var addresses = await resolver.QueryAsync(exchange, AddressType, cancellationToken).ConfigureAwait(false);
            if (addresses.IsTemporaryFailure)
            {
                return Match.TempError(addresses);
            }

            if (HasClient(addresses, term))
            {
                return Match.Of(true);
            }
        }

        return Match.No;
    }

    /// <summary>Always type A, whatever the family of the client.</summary>
    private async ValueTask<Match> MatchExistsAsync(string target)
    {
        var answer = await resolver.QueryAsync(target, DnsRecordType.A, cancellationToken).ConfigureAwait(false);
        return RefuseAnswer(answer) ?? Match.Of(answer.Outcome == DnsOutcome.Success);
    }

    private async ValueTask<Match> MatchPtrAsync(string target)
    {
        var pointers = await PointersAsync().ConfigureAwait(false);
        if (!pointers.IsTemporaryFailure && RefuseAnswer(pointers) is { } refusal)
        {
            return refusal;
        }

        var names = await ValidatedNamesAsync().ConfigureAwait(false);
        var domain = DnsName.TrimFinalDot(target).ToString();
        return Match.Of(names.Exists(n => DnsName.IsAtOrBelow(n, domain)));
    }

    /// <summary>The error an answer means for its term; counts lookups that find nothing (RFC 7208 section 4.6.4).</summary>
    /// <remarks>The RFC counts terms. The addresses of the exchanges of one mx have their own limit and are not counted here.</remarks>
    private Match? RefuseAnswer(DnsAnswer answer)
    {
        if (answer.IsTemporaryFailure)
        {
            return Match.TempError(answer);
        }

        return answer.Outcome != DnsOutcome.Success && ++_voidLookups > options.MaxVoidLookups
            ? new Match(MatchKind.PermError, $"more than {options.MaxVoidLookups} terms name what does not exist")
            : null;
    }

    private bool HasClient(DnsAnswer answer, SpfTerm term)
    {
        var prefix = AddressType == DnsRecordType.A ? term.Prefix4 : term.Prefix6;
        foreach (var record in answer.Records)
        {
            if (record is AddressRecord { Address: var address } && SpfAddress.IsInNetwork(context.Client, address, prefix))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The PTR records of the client, asked for once in the whole evaluation.</summary>
    private async ValueTask<DnsAnswer> PointersAsync()
    {
        var zone = AddressType == DnsRecordType.A ? "in-addr.arpa" : "ip6.arpa";
        var labels = SpfMacroContext.DottedAddress(context.Client).Split('.');
        Array.Reverse(labels);
        return _pointers ??= await resolver.QueryAsync($"{string.Join('.', labels)}.{zone}", DnsRecordType.Ptr, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The names of the client that lead back to its address, found once for the whole evaluation. Errors leave names out.</summary>
    private async ValueTask<List<string>> ValidatedNamesAsync()
    {
        if (_validatedNames is not null)
        {
            return _validatedNames;
        }

        _validatedNames = [];
        var pointers = await PointersAsync().ConfigureAwait(false);
        foreach (var record in pointers.Records.Take(options.MaxPtrNames))
        {
            if (record is not NameRecord { Target: var name } || !DnsName.IsQueryable(name))
            {
                continue;
            }

            var answer = await resolver.QueryAsync(name, AddressType, cancellationToken).ConfigureAwait(false);
            if (answer.Records.Any(r => r is AddressRecord address && address.Address.Equals(context.Client)))
            {
                _validatedNames.Add(DnsName.TrimFinalDot(name).ToString());
            }
        }

        return _validatedNames;
    }
}
