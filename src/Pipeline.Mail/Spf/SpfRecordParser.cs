using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;

namespace Pipeline.Mail.Spf;

/// <summary>Reads a record (RFC 7208 sections 4.5, 4.6.1 and 12). Any error anywhere makes the whole record unusable.</summary>
internal static class SpfRecordParser
{
    private static ReadOnlySpan<byte> Version => "v=spf1"u8;

    /// <summary>Whether a TXT record is an SPF record: the version, then a blank or nothing.</summary>
    public static bool IsSpfRecord(ReadOnlySpan<byte> text) =>
        text.Length >= Version.Length
        && Ascii.EqualsIgnoreCase(text[..Version.Length], Version)
        && (text.Length == Version.Length || text[Version.Length] == (byte)' ');

    /// <param name="problem">On failure: which term is wrong.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out SpfRecord record, out string problem)
    {
        var terms = ImmutableArray.CreateBuilder<SpfTerm>();
        SpfMacroString? redirect = null, explanation = null;
        record = new SpfRecord([], null, null);
        problem = "";
        text = text[Version.Length..];
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)' ');
            var word = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (word.IsEmpty)
            {
                continue;
            }

            var isValid = IsModifier(word, out var name)
                ? TryReadModifier(name, word[(name.Length + 1)..], ref redirect, ref explanation)
                : TryReadDirective(word, terms);
            if (!isValid)
            {
                problem = $"\"{Printable(word)}\" is not a valid term";
                return false;
            }
        }

        record = new SpfRecord(terms.ToImmutable(), redirect, explanation);
        return true;
    }

    private static string Printable(ReadOnlySpan<byte> word) =>
        string.Create(Math.Min(80, word.Length), Encoding.Latin1.GetString(word), static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = text[i] is >= ' ' and <= '~' ? text[i] : '?';
            }
        });

    private static bool IsModifier(ReadOnlySpan<byte> word, out ReadOnlySpan<byte> name)
    {
        name = TakeName(word);
        return !name.IsEmpty && name.Length < word.Length && word[name.Length] == (byte)'=';
    }

    /// <summary>name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )</summary>
    private static ReadOnlySpan<byte> TakeName(ReadOnlySpan<byte> word)
    {
        var length = 0;
        while (length < word.Length
            && (char.IsAsciiLetter((char)word[length])
                || (length > 0 && (char.IsAsciiDigit((char)word[length]) || word[length] is (byte)'-' or (byte)'_' or (byte)'.'))))
        {
            length++;
        }

        return word[..length];
    }

    private static bool TryReadModifier(
        ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref SpfMacroString? redirect, ref SpfMacroString? explanation)
    {
        if (Ascii.EqualsIgnoreCase(name, "redirect"u8))
        {
            return redirect is null && SpfMacroParser.TryParseDomainSpec(value, out redirect);
        }

        if (Ascii.EqualsIgnoreCase(name, "exp"u8))
        {
            return explanation is null && SpfMacroParser.TryParseDomainSpec(value, out explanation);
        }

        // Unknown modifiers mean nothing, but must still be macro-strings (RFC 7208 section 6).
        return SpfMacroParser.TryParse(value, allowExplanationMacros: false, out _);
    }

    private static bool TryReadDirective(ReadOnlySpan<byte> word, ImmutableArray<SpfTerm>.Builder terms)
    {
        var text = Printable(word);
        var outcome = word[0] switch
        {
            (byte)'-' => SpfVerdict.Fail,
            (byte)'~' => SpfVerdict.SoftFail,
            (byte)'?' => SpfVerdict.Neutral,
            _ => SpfVerdict.Pass,
        };
        if (word[0] is (byte)'+' or (byte)'-' or (byte)'~' or (byte)'?')
        {
            word = word[1..];
        }

        var name = TakeName(word);
        if (ReadMechanism(name) is not { } mechanism || ReadArguments(mechanism, word[name.Length..]) is not { } arguments)
        {
            return false;
        }

        terms.Add(arguments with { Text = text, Outcome = outcome });
        return true;
    }

    private static SpfMechanism? ReadMechanism(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "all"u8) ? SpfMechanism.All
        : Ascii.EqualsIgnoreCase(name, "include"u8) ? SpfMechanism.Include
        : Ascii.EqualsIgnoreCase(name, "a"u8) ? SpfMechanism.A
        : Ascii.EqualsIgnoreCase(name, "mx"u8) ? SpfMechanism.Mx
        : Ascii.EqualsIgnoreCase(name, "ptr"u8) ? SpfMechanism.Ptr
        : Ascii.EqualsIgnoreCase(name, "ip4"u8) ? SpfMechanism.Ip4
        : Ascii.EqualsIgnoreCase(name, "ip6"u8) ? SpfMechanism.Ip6
        : Ascii.EqualsIgnoreCase(name, "exists"u8) ? SpfMechanism.Exists
        : null;

    /// <param name="rest">What follows the name, beginning with a colon, a slash or nothing.</param>
    private static SpfTerm? ReadArguments(SpfMechanism mechanism, ReadOnlySpan<byte> rest)
    {
        var term = new SpfTerm("", SpfVerdict.Pass, mechanism);
        switch (mechanism)
        {
            case SpfMechanism.All:
                return rest.IsEmpty ? term : null;
            case SpfMechanism.Include or SpfMechanism.Exists:
                return ReadTarget(term, rest, isRequired: true);
            case SpfMechanism.Ptr:
                return ReadTarget(term, rest, isRequired: false);
            case SpfMechanism.Ip4 or SpfMechanism.Ip6:
                return rest is [(byte)':', .. var network] ? ReadNetwork(term, network) : null;
            default:
                return TryTakePrefixes(ref rest, out var prefix4, out var prefix6)
                    ? ReadTarget(term with { Prefix4 = prefix4, Prefix6 = prefix6 }, rest, isRequired: false)
                    : null;
        }
    }

    private static SpfTerm? ReadTarget(SpfTerm term, ReadOnlySpan<byte> rest, bool isRequired)
    {
        if (rest.IsEmpty)
        {
            return isRequired ? null : term;
        }

        return rest[0] == (byte)':' && SpfMacroParser.TryParseDomainSpec(rest[1..], out var target) ? term with { Target = target } : null;
    }

    /// <summary>Takes a dual-cidr-length off the end: <c>/24</c>, <c>//64</c> or <c>/24//64</c>.</summary>
    /// <remarks>A slash may be part of the domain-spec, but a domain-spec cannot end in a slash and digits.</remarks>
    private static bool TryTakePrefixes(ref ReadOnlySpan<byte> rest, out int prefix4, out int prefix6)
    {
        (prefix4, prefix6) = (32, 128);
        var slash = SlashBeforeFinalDigits(rest);
        if (slash > 0 && rest[slash - 1] == (byte)'/')
        {
            if (!TryReadPrefix(rest[(slash + 1)..], 128, out prefix6))
            {
                return false;
            }

            rest = rest[..(slash - 1)];
            slash = SlashBeforeFinalDigits(rest);
        }

        if (slash < 0)
        {
            return true;
        }

        if (!TryReadPrefix(rest[(slash + 1)..], 32, out prefix4))
        {
            return false;
        }

        rest = rest[..slash];
        return true;
    }

    private static int SlashBeforeFinalDigits(ReadOnlySpan<byte> text)
    {
        var last = text.LastIndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return last >= 0 && last < text.Length - 1 && text[last] == (byte)'/' ? last : -1;
    }

    /// <summary>Leading zeros are refused, as RFC 7208 section 12 refuses them in addresses.</summary>
    private static bool TryReadPrefix(ReadOnlySpan<byte> digits, int max, out int prefix)
    {
        prefix = 0;
        return digits.Length is > 0 and <= 3
            && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && (digits.Length == 1 || digits[0] != (byte)'0')
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out prefix)
            && prefix <= max;
    }

    private static SpfTerm? ReadNetwork(SpfTerm term, ReadOnlySpan<byte> text)
    {
        var isFour = term.Mechanism == SpfMechanism.Ip4;
        var slash = text.IndexOf((byte)'/');
        var prefix = isFour ? 32 : 128;
        if (slash >= 0 && !TryReadPrefix(text[(slash + 1)..], prefix, out prefix))
        {
            return null;
        }

        var address = slash < 0 ? text : text[..slash];
        IPAddress? network;
        var isValid = isFour ? SpfAddress.TryParse4(address, out network) : SpfAddress.TryParse6(address, out network);
        return isValid ? term with { Network = network, Prefix4 = isFour ? prefix : 32, Prefix6 = isFour ? 128 : prefix } : null;
    }
}
