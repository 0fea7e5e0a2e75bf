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
        OperatorDefinition.Of("utf8_localpart_from_alabel", call => Convert(call, Idn.GetUnicode)),
    ];

    private static string Charset(ExpansionContext context) => context.Scope.Environment.Policy.MainOptions.HeadersCharset;

    /// <summary>To ISO-8859-1; what it does not have becomes an underscore.</summary>
    private static string FromUtf8(string octets) =>
        string.Concat(OctetString.ToText(octets).EnumerateRunes().Select(r => r.Value <= 0xff ? (char)r.Value : '_'));

    /// <summary>What is not UTF-8 becomes question marks.</summary>
    private static string Clean(string octets)
    {
        var clean = new StringBuilder(octets.Length);
        ReadOnlySpan<byte> rest = OctetString.ToBytes(octets);
        while (!rest.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(rest, out _, out var length);
            clean.Append(status == System.Buffers.OperationStatus.Done ? OctetString.FromBytes(rest[..length]) : "?");
            rest = rest[length..];
        }

        return clean.ToString();
    }

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
