using System.Globalization;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables about the message being received or delivered.</summary>
internal static class MessageVariables
{
    public static VariableDefinition[] Definitions { get; } =
    [
        new("message_exim_id", s => s.Message.Id),
        new("message_id", s => s.Message.Id),
        new("sender_address", s => OctetString.FromText(s.Message.Sender.ToString())),
        new("sender_address_local_part", s => OctetString.FromText(s.Message.Sender.LocalPart)),
        new("sender_address_domain", s => OctetString.FromText(s.Message.Sender.Domain)),
        new("recipients_count", s => s.Message.Recipients.Count.ToString(CultureInfo.InvariantCulture)),
        new("rcpt_count", s => s.Message.RcptCommandCount.ToString(CultureInfo.InvariantCulture)),
        new("rcpt_fail_count", s => s.Message.RcptFailCount.ToString(CultureInfo.InvariantCulture)),
        new("rcpt_defer_count", s => s.Message.RcptDeferCount.ToString(CultureInfo.InvariantCulture)),
        new("message_size", s => s.Message.Size.ToString(CultureInfo.InvariantCulture)),
    ];
}
