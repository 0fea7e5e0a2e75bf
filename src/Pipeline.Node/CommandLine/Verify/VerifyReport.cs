using System.Globalization;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;

namespace Pipeline.Node.CommandLine.Verify;

/// <summary>Says in words what the checks found, for people.</summary>
internal static class VerifyReport
{
    public static void Write(string name, VerifyCase request, VerifyOutcome outcome, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name}: {request.Message?.Length ?? 0} octets, received at {request.At:yyyy-MM-dd HH:mm:ss} UTC"));
        if (outcome.Spf is { } spf)
        {
            var identity = spf.Identity == "helo" ? $"HELO {request.Helo}" : $"sender {request.MailFrom}";
            output.WriteLine($"  SPF   {spf.Word,-10} {identity} from {request.Client}");
            output.WriteLine($"        {spf.Reason}");
            if (spf.Explanation is { } explanation)
            {
                output.WriteLine($"        explanation{(spf.IsExplanationPublished ? " of the domain" : "")}: {explanation}");
            }
        }
        else
        {
            output.WriteLine("  SPF   not checked: no --ip");
        }

        if (outcome.Problem is { } problem)
        {
            output.WriteLine($"  DKIM  not checked: {problem}");
        }
        else if (outcome.Dkim.IsEmpty)
        {
            output.WriteLine("  DKIM  none       the message has no signature");
        }

        foreach (var result in outcome.Dkim)
        {
            output.WriteLine($"  DKIM  {result.Word,-10} {Describe(result)}");
            output.WriteLine($"        {result.Reason}");
        }

        if (outcome.Arc is { } arc)
        {
            Write(arc, output);
        }

        if (outcome.Dmarc is { } dmarc)
        {
            Write(dmarc, output);
        }
    }

    private static void Write(ArcResult arc, TextWriter output)
    {
        output.WriteLine(arc.State == ArcState.None
            ? "  ARC   none       the message has no ARC sets"
            : string.Create(CultureInfo.InvariantCulture, $"  ARC   {arc.Word,-10} {arc.Instances} set{(arc.Instances == 1 ? "" : "s")}, oldest pass {arc.OldestPass}"));
        if (arc.Reason.Length > 0)
        {
            var at = arc.FailedInstance > 0 ? string.Create(CultureInfo.InvariantCulture, $"instance {arc.FailedInstance}: ") : "";
            output.WriteLine($"        {at}{arc.Reason}{(arc.Detail.Length > 0 ? $": {arc.Detail}" : "")}");
        }
        else if (arc.Domains.Length > 0)
        {
            output.WriteLine($"        sealed by {string.Join(", ", arc.Domains)}");
        }
    }

    /// <summary>The verdict, and a line for each identifier that might have been aligned.</summary>
    private static void Write(DmarcResult result, TextWriter output)
    {
        var policy = result.Record is null ? "" : $" policy {result.Policy.Word}";
        output.WriteLine($"  DMARC {result.Word,-10} {(result.AuthorDomain.Length == 0 ? "no author" : result.AuthorDomain)}{policy}");
        output.WriteLine($"        {result.Reason}");
        foreach (var identifier in result.Spf is { } spf ? [spf, .. result.Dkim] : result.Dkim)
        {
            var domain = identifier.Domain.Length == 0 ? "-" : identifier.Domain;
            output.WriteLine($"        {identifier.Method,-4}  {identifier.Word,-9}  {(identifier.IsAligned ? "aligned" : "not aligned"),-11}  {domain,-30}  {identifier.Reason}");
        }
    }

    private static string Describe(DkimResult result)
    {
        if (result.Domain.Length == 0)
        {
            return "a signature without a readable domain";
        }

        var identity = result.Identity is null ? "" : $" i={result.Identity}";
        var bits = result.KeyBits > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({result.KeyBits} bits)") : "";
        return $"d={result.Domain} s={result.Selector}{identity} a={result.Algorithm}{bits}";
    }
}
