using System.Globalization;
using System.Text;
using Pipeline.Policy.Expansion.Variables;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>Operators on character sets: encoded words of headers, UTF-8, internationalised domain names.</summary>
internal static class CharacterSetOperators
{
    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    public static OperatorDefinition[] Definitions { get; } =
    [
        new("rfc2047", (context, call) => new(ExpansionResult.Success(EncodedWord.Encode(call.Subject, Charset(context))))),
        new("rfc2047d", (context, call) => new(ExpansionResult.Success(EncodedWord.Decode(call.Subject, Charset(context))))),
        OperatorDefinition.Of("from_utf8", FromUtf8),
        OperatorDefinition.Of("utf8clean", Clean),
        OperatorDefinition.Of("utf8_domain_to_alabel", call => Convert(call, Idn.GetAscii)),
        OperatorDefinition.Of("utf8_domain_from_alabel", call => Convert(call, Idn.GetUnicode)),
        OperatorDefinition.Of("utf8_localpart_to_alabel", call => Convert(call, Idn.GetAscii)),
        OperatorDefinition.Of("utf8_localpart_from_alabel", call => call.Subject.StartsWith("xn--", StringComparison.Ordinal)
            ? Convert(call, Idn.GetUnicode)
            : ExpansionResult.Failed($"error converting alabel ({QuoteOperators.Escape(call.Subject)}) to utf8: bad alabel prefix")),
    ];

    private static string Charset(ExpansionContext context) => context.Scope.Environment.Policy.MainOptions.HeadersCharset;

    /// <summary>To ISO-8859-1; what it does not have becomes an underscore.</summary>
    private static string FromUtf8(string octets) =>
        string.Concat(OctetString.ToText(octets).EnumerateRunes().Select(r => r.Value <= 0xff ? (char)r.Value : '_'));

    /// <summary>
    /// What is not UTF-8 becomes question marks: one for a whole sequence of a character that there is not, one for a sequence that is cut short
    /// (with the octet that cut it short, unless that is ASCII), one for any other octet.
    /// </summary>
    private static string Clean(string octets)
    {
        var clean = new StringBuilder(octets.Length);
        var position = 0;
        while (position < octets.Length)
        {
            var length = SequenceLength(octets[position]);
            var start = position++;
            if (length == 1)
            {
                clean.Append(octets[start]);
                continue;
            }

            while (position < start + length && position < octets.Length && octets[position] is >= '\x80' and < '\xc0')
            {
                position++;
            }

            var whole = length > 0 && position == start + length;
            var sequence = octets.AsSpan(start, position - start);
            var genuine = whole && Rune.DecodeFromUtf8(OctetString.ToBytes(sequence.ToString()), out _, out _) == System.Buffers.OperationStatus.Done;
            clean.Append(genuine ? sequence : "?");
            position += !whole && length > 0 && position < octets.Length && octets[position] >= '\xc0' ? 1 : 0;
        }

        return clean.ToString();
    }

    /// <summary>How many octets a sequence has that begins with this one; 0 when none does.</summary>
    private static int SequenceLength(char first) => first switch
    {
        < '\x80' => 1,
        < '\xc2' or > '\xf7' => 0,
        < '\xe0' => 2,
        < '\xf0' => 3,
        _ => 4,
    };

    private static ExpansionResult Convert(OperatorCall call, Func<string, string> convert)
    {
        try
        {
            return ExpansionResult.Success(call.Subject.Length == 0 ? "" : OctetString.FromText(convert(OctetString.ToText(call.Subject))));
        }
        catch (ArgumentException problem)
        {
            return ExpansionResult.Failed($"error converting ({call.Subject}) in \"{call.Name}\" operator: {problem.Message}");
        }
    }
}
