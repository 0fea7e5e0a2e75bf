namespace Pipeline.Mail.Dmarc;

/// <summary>The DNS tree walk (RFC 9989 section 4.10): the records from a name up to its top-level domain, and the organisational domain they show.</summary>
/// <param name="Steps">The names asked for, the longest first, with what was found; at most eight.</param>
internal sealed record DmarcTreeWalk(IReadOnlyList<DmarcTreeWalk.Step> Steps)
{
    /// <summary>A longer name is cut to this many labels behind its first question.</summary>
    private const int MaxLabels = 7;

    /// <summary>Why the walk shows nothing: one of its questions has no answer. Null when all were answered.</summary>
    public string? Failure => Steps.FirstOrDefault(step => step.Lookup.Failure is not null)?.Lookup.Failure;

    public Step Start => Steps[0];

    /// <summary>The step whose record says that its domain is a public suffix; null when none does.</summary>
    public Step? PublicSuffix => Steps[^1] is { Lookup.Record.PublicSuffix: DmarcPublicSuffix.Yes } last ? last : null;

    /// <summary>Section 4.10.2.</summary>
    public string OrganizationalDomain
    {
        get
        {
            var last = Steps[^1];
            return last.Lookup.Record?.PublicSuffix switch
            {
                DmarcPublicSuffix.No => last.Domain,
                DmarcPublicSuffix.Yes when Steps.Count > 1 => OneLabelMore(last.Domain),
                _ => (Steps.LastOrDefault(step => step.Lookup.Record is not null) ?? Start).Domain,
            };
        }
    }

    public static async ValueTask<DmarcTreeWalk> RunAsync(string domain, DmarcLookups lookups, CancellationToken cancellationToken)
    {
        var steps = new List<Step>(MaxLabels + 1);
        for (var name = domain; name.Length > 0; name = Next(name))
        {
            var lookup = await lookups.PolicyOfAsync(name, cancellationToken).ConfigureAwait(false);
            steps.Add(new Step(name, lookup));
            if (lookup.Record is { PublicSuffix: not DmarcPublicSuffix.Undetermined } || lookup.Failure is not null)
            {
                break;
            }
        }

        return new DmarcTreeWalk(steps);
    }

    /// <summary>Section 4.10 steps 3 to 6: one label less, or the last seven.</summary>
    private static string Next(string name)
    {
        var labels = name.AsSpan().Count('.') + 1;
        var drop = Math.Max(1, labels - MaxLabels);
        var start = 0;
        while (drop-- > 0)
        {
            var dot = name.IndexOf('.', start);
            if (dot < 0)
            {
                return "";
            }

            start = dot + 1;
        }

        return name[start..];
    }

    private string OneLabelMore(string suffix)
    {
        var dot = Start.Domain.AsSpan(0, Start.Domain.Length - suffix.Length - 1).LastIndexOf('.');
        return Start.Domain[(dot + 1)..];
    }

    internal sealed record Step(string Domain, DmarcLookup Lookup);
}
