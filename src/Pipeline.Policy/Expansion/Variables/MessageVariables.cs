using System.Globalization;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables about the message being received or delivered.</summary>
internal static class MessageVariables
{
    public static VariableDefinition[] Definitions { get; } =
    [
        new("message_exim_id", s => s.Message.Id),
        new("message_id", s => s.Message.Id),
        VariableDefinition.FromPeer("sender_address", s => s.Message.SenderText),
        VariableDefinition.FromPeer("sender_address_local_part", s => OctetString.FromText(s.Message.Sender.LocalPart)),
        VariableDefinition.FromPeer("sender_address_domain", s => OctetString.FromText(s.Message.Sender.Domain)),
        VariableDefinition.FromPeer("recipients", s => string.Join(", ", Recipients(s))),
        VariableDefinition.FromPeer("recipients_list", RecipientList),
        Number("recipients_count", s => s.Message.Recipients.Count),
        Number("rcpt_count", s => s.Message.RcptCommandCount),
        Number("rcpt_fail_count", s => s.Message.RcptFailCount),
        Number("rcpt_defer_count", s => s.Message.RcptDeferCount),
        Number("message_size", s => s.Message.Size),
        Number("message_body_size", s => s.Message.BodySize),
        Number("body_linecount", s => s.Message.BodyLineCount),
        Number("body_zerocount", s => s.Message.BodyZeroCount),
        Number("message_linecount", s => s.Message.BodyLineCount + HeaderLineCount(s.Message.HeaderBlock.Span)),
        Number("max_received_linelength", s => s.Message.MaxReceivedLineLength),
        Number("received_count", s => HeaderText.Count(s, "Received")),
        Number("received_time", s => s.Message.ReceivedAt == default ? 0 : s.Message.ReceivedAt.ToUnixTimeSeconds()),
        Number("message_age", s => s.Message.ReceivedAt == default ? 0 : (long)(s.Environment.Time.GetUtcNow() - s.Message.ReceivedAt).TotalSeconds),
        VariableDefinition.FromPeer("received_for", s => s.Message.Recipients.Count == 1 ? Recipients(s).First() : ""),
        VariableDefinition.FromPeer("message_body", s => Body(s, s.Message.BodyStart.Span, fromEnd: false)),
        VariableDefinition.FromPeer("message_body_end", s => Body(s, s.Message.BodyEnd.Span, fromEnd: true)),
        VariableDefinition.FromPeer("message_headers", s => HeaderText.AllDecoded(s)),
        VariableDefinition.FromPeer("message_headers_raw", s => HeaderText.AllRaw(s)),
        VariableDefinition.FromPeer("headers_added", s => string.Join('\n', s.Message.AddedHeaders.Select(h => h.Text))),
        new("message_smtputf8", s => s.Message.SmtpUtf8 ? "yes" : "no"),
        VariableDefinition.FromPeer("reply_address", ReplyAddress),
        new("requiretls", s => s.Message.RequiresTls ? "yes" : "no"),
    ];

    private static VariableDefinition Number(string name, Func<EvaluationScope, long> read) =>
        new(name, scope => read(scope).ToString(CultureInfo.InvariantCulture));

    // With the empty line behind the header.
    private static int HeaderLineCount(ReadOnlySpan<byte> header) => header.IsEmpty ? 0 : header.Count((byte)'\n') + 1;

    private static IEnumerable<string> Recipients(EvaluationScope scope) => scope.Message.Recipients.Select(r => OctetString.FromText(r.ToString()));

    private static string RecipientList(EvaluationScope scope)
    {
        var list = new System.Text.StringBuilder();
        foreach (var recipient in Recipients(scope))
        {
            ListSyntax.Append(list, recipient, ':', list.Length == 0);
        }

        return list.ToString();
    }

    /// <summary>As much of the body as is visible; NUL and, unless told otherwise, line ends become blanks.</summary>
    private static string Body(EvaluationScope scope, ReadOnlySpan<byte> part, bool fromEnd)
    {
        var options = scope.Environment.Policy.MainOptions;
        var text = OctetString.FromBytes(part).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\0', ' ');
        text = options.MessageBodyNewlines ? text : text.Replace('\n', ' ');
        if (text.Length <= options.MessageBodyVisible)
        {
            return text;
        }

        return fromEnd ? text[^options.MessageBodyVisible..] : text[..options.MessageBodyVisible];
    }

    // As it is written: encoded words are decoded when somebody reads it.
    private static string ReplyAddress(EvaluationScope scope) =>
        Raw(scope, "Reply-To") is { Length: > 0 } reply ? reply : Raw(scope, "From");

    private static string Raw(EvaluationScope scope, string name) => HeaderText.Read(scope, name, HeaderForm.Raw)?.Trim() ?? "";
}
