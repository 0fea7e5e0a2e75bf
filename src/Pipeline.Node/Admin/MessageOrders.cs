using Pipeline.Actors.Messages;
using Pipeline.Mail.Addressing;
using Pipeline.Mail.Message;

namespace Pipeline.Node.Admin;

/// <summary>The orders about one message of the queue, by the names they have in the admin interface.</summary>
internal static class MessageOrders
{
    public const string Retry = "retry";
    public const string Freeze = "freeze";
    public const string Thaw = "thaw";
    public const string Remove = "remove";
    public const string GiveUp = "give-up";
    public const string AddRecipients = "add-recipients";
    public const string MarkDelivered = "mark-delivered";
    public const string MarkAllDelivered = "mark-all-delivered";
    public const string ChangeSender = "change-sender";

    /// <summary>The parameter of a request that has an address; several may come.</summary>
    public const string Address = "address";

    /// <param name="addresses">As somebody wrote them; for the orders that are about addresses.</param>
    /// <param name="by">Who gives the order.</param>
    /// <returns>The order as the supervisor of messages takes it, or what is wrong with it.</returns>
    public static (object? Order, string Problem) Make(string name, MessageId id, IReadOnlyList<string> addresses, string by)
    {
        var takesAddresses = name is AddRecipients or MarkDelivered or ChangeSender;
        if (takesAddresses != addresses.Count > 0)
        {
            return (null, takesAddresses ? "no address given" : "this order takes no address");
        }

        if (name == ChangeSender && addresses.Count > 1)
        {
            return (null, "only one sender address can be specified");
        }

        var parsed = ImmutableArray.CreateBuilder<EnvelopeAddress>(addresses.Count);
        foreach (var text in addresses)
        {
            if (Parse(text, mayBeNull: name == ChangeSender, out var problem) is not { } address)
            {
                return (null, $"bad address {text}: {problem}");
            }

            parsed.Add(address);
        }

        object? order = name switch
        {
            Retry => new MessageProtocol.RetryMessage(id, by),
            Freeze => new MessageProtocol.FreezeMessage(id, by),
            Thaw => new MessageProtocol.ThawMessage(id, by),
            Remove => new MessageProtocol.RemoveMessage(id, by),
            GiveUp => new MessageProtocol.GiveUpMessage(id, by),
            AddRecipients => new MessageProtocol.AddRecipients(id, parsed.DrainToImmutable(), by),
            MarkDelivered => new MessageProtocol.MarkDelivered(id, parsed.DrainToImmutable(), by),
            MarkAllDelivered => new MessageProtocol.MarkDelivered(id, [], by),
            ChangeSender => new MessageProtocol.ChangeSender(id, parsed[0], by),
            _ => null,
        };
        return (order, order is null ? $"there is no order \"{name}\"" : "");
    }

    private static EnvelopeAddress? Parse(string text, bool mayBeNull, out string? problem)
    {
        const EnvelopeAddressForms Forms = EnvelopeAddressForms.AddressLiteral | EnvelopeAddressForms.Unqualified | EnvelopeAddressForms.SmtpUtf8;
        if (mayBeNull && text is "" or "<>")
        {
            problem = null;
            return EnvelopeAddress.Null;
        }

        if (!EnvelopeAddressParser.TryParseWhole(text, Forms, out var address, out problem))
        {
            return null;
        }

        problem = address.Domain.Length == 0 ? "domain missing" : null;
        return problem is null ? address : null;
    }
}
