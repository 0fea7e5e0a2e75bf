using System.Net;
using Pipeline.Actors.Messages;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;
using Pipeline.Policy.Expansion;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Receipt;

/// <summary>Puts together what is stored of an accepted message: its final header block, its envelope and the facts of its reception.</summary>
internal static class AcceptedMessage
{
    private static readonly ExpandableString ReceivedTemplate = StringExpansion.Compile(
        "${if def:sender_rcvhost {from $sender_rcvhost\n\t}{${if def:sender_ident {from ${quote_local_part:$sender_ident} }}"
        + "${if def:sender_helo_name {(helo=$sender_helo_name)\n\t}}}}by $primary_hostname "
        + "${if def:received_protocol {with $received_protocol }}${if def:tls_in_cipher {($tls_in_cipher)\n\t}}(MailPipeline)\n\t"
        + "${if def:sender_address {(envelope-from <$sender_address>)\n\t}}id $message_exim_id${if def:received_for {\n\tfor $received_for}}");

    public static NewMessage Compose(
        ReceiptServices services,
        ActivePolicy active,
        EvaluationScope scope,
        MailParameters mail,
        MessageId id,
        ImmutableArray<EnvelopeRecipient> recipients,
        StagedHeader header,
        IBodyWriter body,
        QueueingDecision queueing,
        string? verdicts)
    {
        var message = scope.Message;
        return new NewMessage
        {
            Id = id,
            Owner = services.Owner,
            ReceivedAt = message.ReceivedAt,
            Envelope = new Envelope
            {
                Sender = message.Sender,
                Recipients = recipients,
                Body = mail.Body,
                SmtpUtf8 = mail.SmtpUtf8,
                RequireTls = message.RequiresTls,

                // RFC 8689 section 5: what was to travel protected does not come back whole over who knows what path.
                Return = message.RequiresTls ? DsnReturn.Headers : mail.Return,
                EnvelopeId = mail.EnvelopeId,
                AuthenticatedSender = message.AuthenticatedSender.Length == 0 ? null : OctetString.ToText(message.AuthenticatedSender),
            },
            HeaderBlock = header.Compose(),
            Body = body,
            Policy = (int)active.Policy.Number,
            Properties = Properties(scope, queueing, verdicts),
            Journal = [],
        };
    }

    /// <summary>Our Received field, without its line end.</summary>
    public static async ValueTask<string> ReceivedAsync(ActivePolicy active, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var template = active.Policy.MainOptions.ReceivedHeaderText ?? ReceivedTemplate;
        var text = await template.ExpandAsync(scope, cancellationToken);
        var date = MailDate.Format(scope.Message.ReceivedAt);
        return text.IsSuccess && text.Value.Length > 0
            ? (text.Value.StartsWith("Received:", StringComparison.OrdinalIgnoreCase) ? "" : "Received: ") + $"{text.Value.TrimEnd(';', '\n', '\t', ' ')};\n\t{date}"
            : $"Received: by {active.Environment.PrimaryHostname} id {scope.Message.Id};\n\t{date}";
    }

    private static ImmutableDictionary<string, string> Properties(EvaluationScope scope, QueueingDecision queueing, string? verdicts)
    {
        var connection = scope.Connection;
        var properties = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        Add(MessageProperties.HeloName, connection.HeloName);
        Add(MessageProperties.ClientName, connection.ClientName);
        Add(MessageProperties.Protocol, connection.Protocol);
        Add(MessageProperties.Ident, connection.Ident);
        Add(MessageProperties.AuthenticatedId, connection.AuthenticatedId);
        Add(MessageProperties.Authenticator, connection.AuthenticatorName);
        Add(MessageProperties.Originator, connection.Originator is { } originator ? MessageProperties.Text(originator) : null);
        Add(MessageProperties.TlsCipher, connection.Tls?.Cipher);
        Add(MessageProperties.ClientAddress, EndPoint(connection.ClientAddress, connection.ClientPort));
        Add(MessageProperties.Interface, EndPoint(connection.LocalAddress, connection.LocalPort));
        Add(MessageProperties.Freeze, scope.Message.Controls.Contains("freeze/no_tell") ? MessageProperties.FreezeWithoutTelling : scope.Message.Controls.Contains("freeze") ? "tell" : null);
        Add(MessageProperties.Queue, scope.Message.ConditionVariables.GetValueOrDefault("queue_name"));
        Add(MessageProperties.Postpone, queueing.What);
        Add(MessageProperties.PostponeReason, queueing.Reason);
        Add(MessageProperties.RecipientVerdicts, verdicts);
        foreach (var (name, variable) in MessageProperties.Verdicts)
        {
            Add(name, scope.Message.ConditionVariables.GetValueOrDefault(variable));
        }

        var tainted = new List<string>();
        foreach (var (name, value) in connection.AclVariables)
        {
            AddVariable(MessageProperties.ConnectionVariable + name, value);
        }

        foreach (var (name, value) in scope.Message.AclVariables)
        {
            AddVariable(MessageProperties.MessageVariable + name, value);
        }

        Add(MessageProperties.Tainted, string.Join(',', tainted));
        return properties.ToImmutable();

        void AddVariable(string name, ExpandedText value)
        {
            Add(name, value.Text);
            if (value.Taint != Taint.None)
            {
                tainted.Add(name);
            }
        }

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                properties[name] = value;
            }
        }
    }

    private static string? EndPoint(IPAddress? address, int port) =>
        address is null ? null : MessageProperties.Text(new IPEndPoint(address, port));
}
