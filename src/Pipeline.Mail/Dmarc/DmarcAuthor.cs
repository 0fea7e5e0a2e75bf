using System.Collections.Immutable;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dmarc;

/// <summary>Whose message it says it is: the domains of the From field (RFC 9989 section 4.1 and 11.5, RFC 7489 section 6.6.1).</summary>
/// <param name="Domains">In A-labels and lower case, each once, in order; empty when the field names none.</param>
/// <param name="Problem">Why nobody can be said to be the author, so that the message passes for nobody; null when one domain is.</param>
public sealed record DmarcAuthor(ImmutableArray<string> Domains, string? Problem)
{
    /// <summary>Domains looked at: each costs questions to DNS.</summary>
    public const int MaxDomains = 5;

    private const AddressTolerance Tolerance = AddressTolerance.LooseDots | AddressTolerance.StrayBrackets | AddressTolerance.FinalDot;

    /// <summary>The first of them; empty when there is none.</summary>
    public string Domain => Domains.IsEmpty ? "" : Domains[0];

    /// <summary>Reads every From field of a message; Resent-From and the rest say nothing of its author.</summary>
    public static DmarcAuthor Of(HeaderBlock header)
    {
        var fields = header.IndexesOf("from");
        var domains = ImmutableArray.CreateBuilder<string>();
        string? problem = null;
        foreach (var index in fields)
        {
            problem ??= Read(header[index].Value.Span, domains);
        }

        problem = fields.Length switch
        {
            0 => "there is no From field",
            > 1 => $"there are {fields.Length} From fields",
            _ when domains.Count == 0 => problem ?? "the From field names no domain",
            _ when domains.Count > 1 => "the From field names several domains",
            _ => problem,
        };
        return new DmarcAuthor(domains.ToImmutable(), problem);
    }

    /// <returns>Why the field cannot be trusted to say who the author is.</returns>
    private static string? Read(ReadOnlySpan<byte> field, ImmutableArray<string>.Builder domains)
    {
        var scanner = new AddressListScanner(field, Tolerance);
        var errors = 0;
        string? problem = null;
        while (domains.Count < MaxDomains && errors < AddressListLimits.Default.Errors && scanner.Next() is var step and not AddressListStep.End)
        {
            if (step == AddressListStep.Defect)
            {
                errors++;
                problem ??= $"the From field cannot be read: {scanner.Error.Reason}";
                continue;
            }

            // An address without a domain says nothing, and one in brackets is no name.
            var text = scanner.Mailbox.ReadDomain(field, Encoding.UTF8);
            if (text.Length == 0 || text[0] == '[')
            {
                continue;
            }

            if (!DomainName.TryToAscii(text, out var domain))
            {
                problem ??= "a domain of the From field is no domain name";
            }
            else if (!domains.Contains(domain))
            {
                domains.Add(domain);
            }
        }

        return problem;
    }
}
