using System.Globalization;
using System.Text;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>Operators that make text safe for some other place: <c>quote</c>, <c>quote_TYPE</c>, <c>rxquote</c>, <c>escape</c>, <c>hexquote</c>.</summary>
internal static class QuoteOperators
{
    private const string LocalPartSpecials = "!#$%&'*+-/=?^_`{|}~";

    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("quote", Quote) with { SetsMark = true },
        OperatorDefinition.Of("quote_local_part", QuoteLocalPart),
        OperatorDefinition.Of("rxquote", text => Map(text, c => char.IsAsciiLetterOrDigit(c) ? null : "\\" + c)),
        OperatorDefinition.Of("escape", Escape),
        OperatorDefinition.Of("escape8bit", text => Map(text, c => c is '\\' or > '\x7e' ? Octal(c) : null)),
        OperatorDefinition.Of("hexquote", text => Map(text, c => c is > ' ' and < '\x7f' ? null : string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"))),
        OperatorDefinition.Of("xtextd", DecodeXtext),
    ];

    /// <summary>A text with its unprintable octets in the form of log lines.</summary>
    public static string Escape(string text) => Map(text, Printable);

    // Unprintable octets in the form of log lines: \n, \ooo; tabs stay.
    private static string? Printable(char c) => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\b' => "\\b",
        '\v' => "\\v",
        '\f' => "\\f",
        '\t' => null,
        < ' ' or > '\x7e' => Octal(c),
        _ => null,
    };

    private static string Octal(char c) => "\\" + Convert.ToString(c, 8).PadLeft(3, '0');

    private static ExpansionResult Quote(OperatorCall call)
    {
        if (call.Suffix is null)
        {
            var plain = call.Subject.Length > 0 && call.Subject.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
            return ExpansionResult.Success(plain ? call.Subject : InQuotes(call.Subject), call.Taint.Unquoted());
        }

        var underscore = call.Suffix.IndexOf('_', StringComparison.Ordinal);
        var name = underscore < 0 ? call.Suffix : call.Suffix[..underscore];
        var option = underscore < 0 ? null : call.Suffix[(underscore + 1)..];
        if (!LookupRegistry.TryFind(name, out var type))
        {
            return ExpansionResult.Failed($"unknown lookup type \"{name}\"");
        }

        if (option == "dn" && name.StartsWith("ldap", StringComparison.Ordinal))
        {
            return ExpansionResult.Success(QueryQuoting.LdapDistinguishedName(call.Subject), Quoted(call, type));
        }

        return option is null
            ? ExpansionResult.Success(type.Quote is null ? call.Subject : type.Quote(call.Subject), Quoted(call, type))
            : ExpansionResult.Failed($"\"{option}\" unrecognized after \"${{quote_{name}\"");
    }

    private static Taint Quoted(OperatorCall call, LookupType type) =>
        call.Taint == Taint.None ? Taint.None : type.QuotedMark == Taint.None ? Taint.Tainted : type.QuotedMark;

    private static string QuoteLocalPart(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsAsciiLetterOrDigit(c) && !LocalPartSpecials.Contains(c, StringComparison.Ordinal) && (c != '.' || i == 0 || i + 1 == text.Length))
            {
                return InQuotes(text);
            }
        }

        return text.Length == 0 ? InQuotes(text) : text;
    }

    private static string InQuotes(string text) => "\"" + Map(text, c => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\\' or '"' => "\\" + c,
        _ => null,
    }) + "\"";

    /// <summary>RFC 3461 section 4: a plus sign and two upper-case hexadecimal digits.</summary>
    private static ExpansionResult DecodeXtext(OperatorCall call)
    {
        var decoded = new StringBuilder(call.Subject.Length);
        for (var i = 0; i < call.Subject.Length; i++)
        {
            if (call.Subject[i] != '+')
            {
                decoded.Append(call.Subject[i]);
            }
            else if (i + 2 < call.Subject.Length
                && byte.TryParse(call.Subject.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                decoded.Append((char)value);
                i += 2;
            }
            else
            {
                return ExpansionResult.Failed($"string \"{call.Subject}\" not well-formed for \"xtextd\" operator");
            }
        }

        return ExpansionResult.Success(decoded.ToString());
    }

    private static string Map(string text, Func<char, string?> map)
    {
        var mapped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (map(c) is { } replacement)
            {
                mapped.Append(replacement);
            }
            else
            {
                mapped.Append(c);
            }
        }

        return mapped.ToString();
    }
}
