using System.Text;
using Pipeline.Actors.Reporting;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Dmarc.Reports;
using Pipeline.Mail.Message;
using Pipeline.Mail.Smtp;
using Pipeline.Mail.Spf;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Has the domain of an author told of a message that failed, when both want it: <c>control = dmarc_enable_forensic</c> here, <c>ruf=</c> there.</summary>
internal static class DmarcFailure
{
    private static readonly ExpandableString AuthenticationResults = StringExpansion.Compile("${authresults{$primary_hostname}}");

    /// <param name="header">As it came.</param>
    public static async ValueTask ReportAsync(
        ReceiptServices services,
        ActivePolicy active,
        EvaluationScope scope,
        HeaderBlock header,
        JudgedMessage judged,
        ReportedDelivery delivery,
        CancellationToken cancellationToken)
    {
        // No report about what may be one, or an answer to one.
        if (services.FailureReports is not { } reports || !scope.Message.Controls.Contains(DmarcAcl.ReportControl) || scope.Connection.ClientAddress is not { } client
            || scope.Message.Sender.IsNull || IsAutomatic(header) || !FailureReportRule.IsAskedFor(judged.Result, judged.Spf.Verdict, judged.Dkim))
        {
            return;
        }

        var options = active.Policy.MainOptions;
        var own = await TextAsync("dmarc_forensic_sender", options.DmarcForensicSender);
        var results = await AuthenticationResults.ExpandAsync(scope, cancellationToken);
        var report = new FailureReport
        {
            ReportingMta = active.Environment.PrimaryHostname,
            From = own ?? await TextAsync("dsn_from", options.DsnFrom) ?? $"Mail Delivery System <Mailer-Daemon@{active.Environment.QualifyDomain}>",
            ReplyTo = await TextAsync("errors_reply_to", options.ErrorsReplyTo),
            Result = judged.Result,
            Signatures = judged.Dkim,
            Status = DmarcAcl.StatusOf(new DmarcOutcome.Judged(judged.Result)).Text,
            MailFrom = scope.Message.Sender,
            Client = client,
            ArrivedAt = scope.Message.ReceivedAt,
            Delivery = delivery,
            AuthenticationResults = results.IsSuccess ? Value(OctetString.ToText(results.Value)) : "",
            HeaderBlock = header.Bytes.ToArray(), // the buffer is gone when the transaction is
        };
        reports.Tell(new FailureReportActor.Send(report, judged.Options, SenderOf(own), (int)active.Policy.Number));

        async ValueTask<string?> TextAsync(string name, ExpandableString? option)
        {
            if (option is null)
            {
                return null;
            }

            var expanded = await option.ExpandAsync(scope, cancellationToken);
            if (expanded.Outcome is ExpansionOutcome.Failed or ExpansionOutcome.Deferred)
            {
                services.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"{scope.Message.Id} failed to expand {name}: {expanded.Message}");
            }

            return expanded is { IsSuccess: true, Value.Length: > 0 } ? OctetString.ToText(expanded.Value) : null;
        }
    }

    /// <summary>A final answer of the session in the words of a report.</summary>
    public static ReportedDelivery DeliveryOf(SmtpReply reply) =>
        reply.IsPositive ? ReportedDelivery.Delivered : reply.IsTransient ? ReportedDelivery.Other : ReportedDelivery.Reject;

    private static EnvelopeAddress SenderOf(string? from) =>
        AddressListParser.Parse(Encoding.UTF8.GetBytes(from ?? "")).Addresses is [var first, ..] ? first.ToEnvelopeAddress() : EnvelopeAddress.Null;

    private static bool IsAutomatic(HeaderBlock header)
    {
        foreach (var index in header.IndexesOf("auto-submitted"))
        {
            if (!Encoding.Latin1.GetString(header[index].Value.Span).Trim().StartsWith("no", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Behind the name of the field, on one line.</summary>
    private static string Value(string field)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        return string.Join(' ', field[(colon + 1)..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}

/// <summary>What DMARC has made of a message, and of what.</summary>
internal sealed record JudgedMessage(DmarcResult Result, SpfResult Spf, IReadOnlyList<DkimResult> Dkim, DmarcOptions Options);
