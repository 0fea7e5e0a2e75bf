using System.Text;
using Pipeline.Mail.Message;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Reads header fields in the forms of Exim's header variables.</summary>
internal static class HeaderText
{
    /// <summary>Exim caps what one reference yields.</summary>
    private const int MaxLength = 64 * 1024;

    private static readonly string[] AddressHeaders = ["Bcc", "Cc", "From", "Reply-To", "Sender", "To"];

    /// <summary>The value of all fields with this name, or null when there is none.</summary>
    public static string? Read(EvaluationScope scope, string name, HeaderForm form)
    {
        var separator = form is HeaderForm.Raw ? "" : Array.Exists(AddressHeaders, h => h.Equals(name, StringComparison.OrdinalIgnoreCase)) ? ",\n" : "\n";
        var found = new StringBuilder();
        var any = false;
        foreach (var field in new HeaderFields(scope.Message.HeaderBlock))
        {
            if (found.Length >= MaxLength)
            {
                break;
            }

            if (!field.HasName(name))
            {
                continue;
            }

            var value = OctetString.FromBytes(field.Value.Span).Replace("\r\n", "\n", StringComparison.Ordinal) + "\n";
            if (form == HeaderForm.List)
            {
                ListSyntax.Append(found, value.TrimEnd('\n'), ':', first: !any);
            }
            else
            {
                found.Append(any ? separator : "").Append(form == HeaderForm.Raw ? value : value.Trim(' ', '\t', '\n', '\r'));
            }

            any = true;
        }

        if (!any)
        {
            return null;
        }

        var text = found.Length > MaxLength ? found.ToString(0, MaxLength) : found.ToString();
        return form switch
        {
            HeaderForm.Converted => EncodedWord.Decode(text, scope.Environment.Policy.MainOptions.HeadersCharset),
            HeaderForm.Decoded => EncodedWord.Decode(text, charset: null),
            _ => text,
        };
    }

    public static bool Exists(EvaluationScope scope, string name) => Count(scope, name) > 0;

    /// <summary>How many fields have this name.</summary>
    public static int Count(EvaluationScope scope, string name)
    {
        var count = 0;
        foreach (var field in new HeaderFields(scope.Message.HeaderBlock))
        {
            count += field.HasName(name) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The whole header block as it is, its lines with LF.</summary>
    public static string AllRaw(EvaluationScope scope)
    {
        var block = scope.Message.HeaderBlock.Span;
        return WithLineFeeds(block[..Math.Min(block.Length, MaxLength)]);
    }

    /// <summary>The whole header block with its encoded words decoded, in the character sets they have, and without blanks at the ends of fields.</summary>
    public static string AllDecoded(EvaluationScope scope)
    {
        var text = new StringBuilder();
        var fields = new HeaderFields(scope.Message.HeaderBlock);
        while (text.Length < MaxLength && fields.MoveNext())
        {
            text.Append(text.Length == 0 ? "" : "\n").Append(WithLineFeeds(fields.CurrentLines.Span).TrimEnd(' ', '\t', '\n'));
        }

        return EncodedWord.Decode(text.ToString(0, Math.Min(text.Length, MaxLength)), charset: null);
    }

    private static string WithLineFeeds(ReadOnlySpan<byte> lines) => OctetString.FromBytes(lines).Replace("\r\n", "\n", StringComparison.Ordinal);
}
