using System.Buffers;
using System.Text;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Policy.Acl;
using Pipeline.Policy.Callers;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Receipt;

/// <summary>Completes the header of a message whose first server this is: one from this machine, or from a client that <c>control = submission</c> calls a mail program.</summary>
/// <remarks>Message-Id, From and Date are added where they are missing. <c>control = suppress_local_fixups</c> leaves a local message as it is.</remarks>
internal static class HeaderFixups
{
    private static readonly SearchValues<char> DomainCharacters =
        SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("!#$%&'*+-./0123456789=?ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Puts what is to be added and removed into the message; the next stage sees it.</summary>
    /// <param name="author">The local user; null for a client.</param>
    /// <returns>The sender that the envelope shall have instead of its own; null to leave it.</returns>
    public static async ValueTask<EnvelopeAddress?> ApplyAsync(
        ActivePolicy active, EvaluationScope scope, HeaderBlock header, LocalAuthor? author, CancellationToken cancellationToken)
    {
        var message = scope.Message;
        var submission = SubmissionOptions.Of(message.Controls);
        if (submission is null && (scope.Connection.ClientAddress is not null || message.Controls.Contains("suppress_local_fixups")))
        {
            return null;
        }

        var resent = IsResent(header) ? "Resent-" : "";
        if (!Has(header, resent + "message-id"))
        {
            Add(message, $"{resent}Message-Id: <{await MessageIdAsync(active, scope, cancellationToken)}>");
        }

        var options = active.Policy.MainOptions;
        var untrusted = submission is null && author is { Caller.IsTrusted: false };
        var user = submission is not null ? SubmissionUser(active, scope, submission) : untrusted ? LocalOrigin.AddressOf(author!.Caller, scope) : null;
        var name = submission?.Name is { } given ? OctetString.FromText(given) : author?.Name ?? "";
        var from = Authors(header, resent);
        if (from is null && (message.Sender.IsNull ? user : message.Sender) is { } writer)
        {
            Add(message, $"{resent}From: {Mailbox(name, writer)}");
            from = submission is null ? [writer] : null;
        }

        if (untrusted ? !options.LocalSenderRetain : submission is { SenderRetain: false })
        {
            message.RemovedHeaders.Add(resent + "Sender");
        }

        var isForeign = from is not null && user is not null
            && (untrusted ? options.LocalFromCheck : !submission!.SenderRetain)
            && !(from is [var single] && (untrusted ? OwnAuthor.Is(options, single, user) : AddressComparer.Instance.Equals(single, user)));
        if (isForeign)
        {
            Add(message, $"{resent}Sender: {Mailbox(name, user!)}");
        }

        if (!Has(header, resent + "date"))
        {
            Add(message, $"{resent}Date: {MailDate.Format(message.ReceivedAt)}");
        }

        // The envelope of an untrusted user was seen to before.
        return isForeign && !untrusted ? user : null;
    }

    /// <summary>The address of the client's user (control = submission/domain=…); null when no user has shown who they are.</summary>
    private static EnvelopeAddress? SubmissionUser(ActivePolicy active, EvaluationScope scope, SubmissionOptions submission)
    {
        var id = OctetString.ToText(scope.Connection.AuthenticatedId);
        var text = submission.Domain switch
        {
            _ when id.Length == 0 => "",
            null => $"{id}@{active.Environment.QualifyDomain}",
            "" => id,
            { } domain => $"{id}@{domain}",
        };
        const EnvelopeAddressForms Forms = EnvelopeAddressForms.AddressLiteral | EnvelopeAddressForms.Unqualified | EnvelopeAddressForms.SmtpUtf8;
        return EnvelopeAddressParser.TryParseMailbox(text, Forms, out var address, out _) ? address : null;
    }

    /// <summary>The addresses of From, those without a domain as they will be; null without the field.</summary>
    private static EnvelopeAddress[]? Authors(HeaderBlock header, string resent) =>
        header.IndexesOf((resent + "from").ToLowerInvariant()) is [var index, ..]
            ? [.. AddressListParser.Parse(header[index].Value.Span).Addresses.Select(static address => address.ToEnvelopeAddress())]
            : null;

    private static async ValueTask<string> MessageIdAsync(ActivePolicy active, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var options = active.Policy.MainOptions;
        var text = await TextAsync("message_id_header_text", options.MessageIdHeaderText, IdCharacters, scope, cancellationToken);
        var domain = await TextAsync("message_id_header_domain", options.MessageIdHeaderDomain, DomainCharacters, scope, cancellationToken);
        return $"E{scope.Message.Id}{(text.Length == 0 ? "" : ".")}{text}@{(domain.Length == 0 ? active.Environment.PrimaryHostname : domain)}";
    }

    /// <summary>What an option asks for, with hyphens for what may not stand in a Message-Id.</summary>
    private static async ValueTask<string> TextAsync(
        string option, ExpandableString? text, SearchValues<char> allowed, EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (text is null)
        {
            return "";
        }

        var expanded = await text.ExpandAsync(scope, cancellationToken);
        if (expanded.IsSuccess)
        {
            return string.Create(expanded.Value.Length, (expanded.Value, allowed), static (result, from) =>
            {
                for (var i = 0; i < result.Length; i++)
                {
                    result[i] = from.allowed.Contains(from.Value[i]) ? from.Value[i] : '-';
                }
            });
        }

        if (expanded.Outcome != ExpansionOutcome.ForcedFailure)
        {
            scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"expansion of {option} failed: {expanded.Message}");
        }

        return "";
    }

    /// <param name="name">Octets.</param>
    private static string Mailbox(string name, EnvelopeAddress address)
    {
        var text = OctetString.FromText(address.ToString());
        return name.Length == 0 ? text : $"{Phrase(name)} <{text}>";
    }

    private static string Phrase(string name) => name.All(c => c is ' ' || char.IsAsciiLetterOrDigit(c) || c > 127)
        ? name
        : $"\"{new StringBuilder(name).Replace("\\", "\\\\").Replace("\"", "\\\"").Replace('\n', ' ').Replace('\r', ' ')}\"";

    private static bool IsResent(HeaderBlock header)
    {
        for (var i = 0; i < header.Count; i++)
        {
            if (header[i].Name.Length > 7 && Ascii.EqualsIgnoreCase(header[i].Name[..7], "resent-"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Has(HeaderBlock header, string name) => header.IndexesOf(name.ToLowerInvariant()).Length > 0;

    private static void Add(MessageScope message, string field) => message.AddedHeaders.Add(new AddedHeader(field, HeaderPosition.AtEnd));
}
