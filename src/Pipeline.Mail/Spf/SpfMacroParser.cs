using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Pipeline.Mail.Spf;

/// <summary>Reads macro-strings (RFC 7208 section 7.1). Only syntax: nothing is expanded.</summary>
internal static class SpfMacroParser
{
    private static readonly SearchValues<byte> DelimiterOctets = SearchValues.Create(".-+,/_="u8);

    /// <param name="allowExplanationMacros">%{c}, %{r} and %{t}, and blanks, exist in explanation text only.</param>
    /// <returns>False when the text breaks the grammar, for instance by an octet that is not visible ASCII.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, bool allowExplanationMacros, out SpfMacroString macro)
    {
        var parts = ImmutableArray.CreateBuilder<SpfMacroPart>();
        macro = new SpfMacroString([]);
        while (!text.IsEmpty)
        {
            var literal = text.IndexOf((byte)'%');
            var plain = literal < 0 ? text : text[..literal];
            if (plain.ContainsAnyExceptInRange(allowExplanationMacros ? (byte)' ' : (byte)'!', (byte)'~'))
            {
                return false;
            }

            if (!plain.IsEmpty)
            {
                parts.Add(new SpfMacroPart(Encoding.ASCII.GetString(plain)));
            }

            if (literal < 0)
            {
                break;
            }

            text = text[literal..];
            if (!TryTakeMacro(ref text, allowExplanationMacros, out var part))
            {
                return false;
            }

            parts.Add(part);
        }

        macro = new SpfMacroString(parts.ToImmutable());
        return true;
    }

    /// <summary>A domain-spec: a macro-string that ends in a macro, or in a dot and a top label that is not all digits.</summary>
    public static bool TryParseDomainSpec(ReadOnlySpan<byte> text, out SpfMacroString macro) =>
        TryParse(text, allowExplanationMacros: false, out macro)
        && macro.Parts.Length > 0
        && (macro.Parts[^1].Literal is not { } last || macro.Parts[^1].IsEscape || EndsInTopLabel(last));

    private static bool EndsInTopLabel(string literal)
    {
        var span = literal.AsSpan();
        span = span is [.. var rest, '.'] ? rest : span;
        var dot = span.LastIndexOf('.');
        if (dot < 0)
        {
            return false;
        }

        var label = span[(dot + 1)..];
        var hasLetterOrHyphen = false;
        foreach (var c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }

            hasLetterOrHyphen |= !char.IsAsciiDigit(c);
        }

        return hasLetterOrHyphen && label[0] != '-' && label[^1] != '-';
    }

    private static bool TryTakeMacro(ref ReadOnlySpan<byte> text, bool allowExplanationMacros, out SpfMacroPart part)
    {
        part = new SpfMacroPart("");
        if (text.Length < 2)
        {
            return false;
        }

        var escape = text[1] switch { (byte)'%' => "%", (byte)'_' => " ", (byte)'-' => "%20", _ => null };
        if (escape is not null)
        {
            // By the grammar these are macros too, so a domain-spec may end in one.
            part = new SpfMacroPart(escape) { IsEscape = true };
            text = text[2..];
            return true;
        }

        var close = text.IndexOf((byte)'}');
        if (text[1] != (byte)'{' || close < 3)
        {
            return false;
        }

        var body = text[2..close];
        text = text[(close + 1)..];
        return TryReadMacro(body, allowExplanationMacros, out part);
    }

    private static bool TryReadMacro(ReadOnlySpan<byte> body, bool allowExplanationMacros, out SpfMacroPart part)
    {
        part = new SpfMacroPart("");
        var letter = (char)(body[0] | 0x20);
        if (!(allowExplanationMacros ? "slodiphvcrt" : "slodiphv").Contains(letter, StringComparison.Ordinal) || !char.IsAsciiLetter((char)body[0]))
        {
            return false;
        }

        var isEscaped = char.IsAsciiLetterUpper((char)body[0]);
        body = body[1..];
        var digits = body.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? body.Length : digits;
        var take = 0;
        if (digits > 0)
        {
            // More labels than a name can have are all of them, whatever the number is.
            foreach (var digit in body[..digits])
            {
                take = Math.Min(1000, (take * 10) + digit - '0');
            }

            if (take == 0)
            {
                return false;
            }
        }

        body = body[digits..];
        var reverse = body is [(byte)'r' or (byte)'R', ..];
        body = reverse ? body[1..] : body;
        if (body.ContainsAnyExcept(DelimiterOctets))
        {
            return false;
        }

        part = new SpfMacroPart(null, letter, isEscaped, take, reverse, body.IsEmpty ? "." : Encoding.ASCII.GetString(body));
        return true;
    }
}
