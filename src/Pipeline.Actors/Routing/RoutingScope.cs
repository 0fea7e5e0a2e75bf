using System.Net;
using Pipeline.Actors.Messages;
using Pipeline.Actors.Receipt;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Routing;

/// <summary>Makes the scope in which routers and transports of a stored message are evaluated: what was known of its reception and was kept.</summary>
public static class RoutingScope
{
    public static EvaluationScope Create(ActivePolicy active, MessageFacts facts)
    {
        var client = Point(MessageProperties.ClientAddress);
        var local = Point(MessageProperties.Interface);
        var connection = new ConnectionScope
        {
            ClientAddress = client?.Address,
            ClientPort = client?.Port ?? 0,
            LocalAddress = local?.Address,
            LocalPort = local?.Port ?? 0,
            HeloName = Text(MessageProperties.HeloName),
            ClientName = facts.Properties.GetValueOrDefault(MessageProperties.ClientName),
            Protocol = Text(MessageProperties.Protocol),
            Ident = Text(MessageProperties.Ident),
            AuthenticatorName = Text(MessageProperties.Authenticator),
            AuthenticatedId = Text(MessageProperties.AuthenticatedId),
            Originator = MessageProperties.Credentials(facts.Properties.GetValueOrDefault(MessageProperties.Originator)),
        };
        var message = new MessageScope
        {
            Id = facts.Id.ToString(),
            Sender = facts.Envelope.Sender,
            AuthenticatedSender = OctetString.FromText(facts.Envelope.AuthenticatedSender ?? ""),
            HeaderBlock = facts.Content.HeaderBlock,
            Size = facts.Content.HeaderBlock.Length + 2 + facts.Content.BodySize,
            BodySize = facts.Content.BodySize,
            ReceivedAt = facts.ReceivedAt,
            SmtpUtf8 = facts.Envelope.SmtpUtf8,
            Verdicts = facts.Verdicts,
            RequiresTls = facts.Envelope.RequireTls,
        };
        message.Recipients.AddRange(facts.Envelope.Recipients.Select(recipient => recipient.Address));
        var tainted = facts.Properties.GetValueOrDefault(MessageProperties.Tainted, "").Split(',').ToHashSet(StringComparer.Ordinal);
        foreach (var (name, text) in facts.Properties)
        {
            var value = new ExpandedText(text, tainted.Contains(name) ? Taint.Tainted : Taint.None);
            if (name.StartsWith(MessageProperties.ConnectionVariable, StringComparison.Ordinal))
            {
                connection.AclVariables[name[MessageProperties.ConnectionVariable.Length..]] = value;
            }
            else if (name.StartsWith(MessageProperties.MessageVariable, StringComparison.Ordinal))
            {
                message.AclVariables[name[MessageProperties.MessageVariable.Length..]] = value;
            }
        }

        if (facts.Properties.TryGetValue(MessageProperties.Queue, out var queue))
        {
            message.ConditionVariables["queue_name"] = queue;
        }

        foreach (var (name, variable) in MessageProperties.Verdicts)
        {
            if (facts.Properties.TryGetValue(name, out var value))
            {
                message.ConditionVariables[variable] = value;
            }
        }

        return new EvaluationScope { Environment = active.Environment, Connection = connection, Message = message };

        string Text(string name) => facts.Properties.GetValueOrDefault(name, "");

        IPEndPoint? Point(string name) => MessageProperties.EndPoint(facts.Properties.GetValueOrDefault(name));
    }
}
