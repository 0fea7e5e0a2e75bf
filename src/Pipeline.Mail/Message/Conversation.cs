using System.Text;
using Pipeline.Mail.Dsn;

namespace Pipeline.Mail.Message;

/// <summary>How an answer says what it is an answer to (RFC 5322 section 3.6.4).</summary>
internal static class Conversation
{
    private const int MaxReferences = 20;
    private const int MaxMessageId = 250;

    /// <summary>The field of an answer that leads back to a message: the identifiers of its conversation and its own, as far as they look like identifiers.</summary>
    /// <returns>With its line end; empty when there are none.</returns>
    public static string ReferencesField(ReadOnlyMemory<byte> header, bool utf8)
    {
        var earlier = HeaderFields.FindText(header, "References"u8);
        List<string> identifiers =
        [
            .. IdentifiersIn(earlier.IsEmpty ? HeaderFields.FindText(header, "In-Reply-To"u8) : earlier, utf8),
            .. IdentifiersIn(HeaderFields.FindText(header, "Message-Id"u8), utf8),
        ];
        return identifiers.Count > 0 ? $"References: {string.Join("\r\n ", identifiers.TakeLast(MaxReferences))}\r\n" : "";
    }

    public static List<string> IdentifiersIn(ReadOnlySpan<byte> body, bool utf8)
    {
        var identifiers = new List<string>();
        while (body.IndexOf((byte)'<') is >= 0 and var start)
        {
            var end = body[start..].IndexOf((byte)'>');
            if (end < 0)
            {
                break;
            }

            var identifier = body.Slice(start, end + 1);
            if (identifier.Length is > 2 and <= MaxMessageId && !identifier.ContainsAnyInRange((byte)0, (byte)' ') && (utf8 || Ascii.IsValid(identifier)))
            {
                identifiers.Add(DsnText.Line(Encoding.UTF8.GetString(identifier), utf8));
            }

            body = body[(start + end + 1)..];
        }

        return identifiers;
    }
}
