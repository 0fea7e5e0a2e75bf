using System.Text;

namespace Pipeline.Mail.Spf;

/// <summary>Writes the Received-SPF header field (RFC 7208 section 9.1).</summary>
public static class ReceivedSpf
{
    private const int MaxValueLength = 512;

    /// <summary>The whole field without its final line end: <c>Received-SPF: pass (host: ...) client-ip=192.0.2.1; ...</c></summary>
    public static string Format(SpfResult result, SpfRequest request)
    {
        var field = new StringBuilder("Received-SPF: ").Append(result.Word).Append(" (");
        AppendComment(field, Comment(result, request));
        field.Append(')');
        AppendPair(field, ' ', "client-ip", SpfAddress.Normalise(request.Client).ToString());
        AppendPair(field, ';', "envelope-from", request.Sender.Length == 0 ? $"postmaster@{request.Helo}" : request.Sender);
        AppendPair(field, ';', "helo", request.Helo);
        if (request.Receiver.Length > 0)
        {
            AppendPair(field, ';', "receiver", request.Receiver);
        }

        AppendPair(field, ';', "identity", result.Identity);
        if (result.Mechanism is { } mechanism)
        {
            AppendPair(field, ';', "mechanism", mechanism);
        }

        if (result.Verdict is SpfVerdict.PermError or SpfVerdict.TempError)
        {
            AppendPair(field, ';', "problem", result.Reason);
        }

        return field.Append(';').ToString();
    }

    /// <summary>The comment alone, beginning with the name of this host: <c>$spf_header_comment</c>.</summary>
    public static string Comment(SpfResult result, SpfRequest request)
    {
        var who = request.Receiver.Length == 0 ? "" : $"{request.Receiver}: ";
        var domain = result.CheckedDomain;
        var client = SpfAddress.Normalise(request.Client);
        return who + result.Verdict switch
        {
            SpfVerdict.Pass => $"domain of {domain} designates {client} as permitted sender",
            SpfVerdict.Fail => $"domain of {domain} does not designate {client} as permitted sender",
            SpfVerdict.SoftFail => $"transitioning domain of {domain} does not designate {client} as permitted sender",
            SpfVerdict.Neutral => $"{client} is neither permitted nor denied by domain of {domain}",
            SpfVerdict.None => $"domain of {domain} does not designate permitted sender hosts",
            _ => $"error in processing during lookup of {domain}",
        };
    }

    private static void AppendPair(StringBuilder field, char separator, string key, string value)
    {
        field.Append(separator == ';' ? "; " : " ").Append(key).Append('=');
        if (value.Length > 0 && value.All(IsDotAtom) && value[0] != '.' && value[^1] != '.')
        {
            field.Append(value);
            return;
        }

        field.Append('"');
        AppendEscaped(field, value, "\"\\");
        field.Append('"');
    }

    private static void AppendComment(StringBuilder field, string text) => AppendEscaped(field, text, "()\\");

    /// <summary>Names and addresses come from the peer: nothing of them may end the quotes, the comment or the field.</summary>
    private static void AppendEscaped(StringBuilder field, string text, string special)
    {
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxValueLength)))
        {
            if (special.Contains(c, StringComparison.Ordinal))
            {
                field.Append('\\');
            }

            field.Append(c is < ' ' or '\u007f' ? '?' : c);
        }
    }

    private static bool IsDotAtom(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal);
}
