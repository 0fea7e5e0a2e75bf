using System.Globalization;
using System.Text;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>Base 64 of octets; base 62 and base 32 of numbers.</summary>
internal static class BaseOperators
{
    private const string Base62Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Base32Digits = "abcdefghijklmnopqrstuvwxyz234567";

    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("base64", Encode), OperatorDefinition.Of("str2b64", Encode),
        OperatorDefinition.Of("base64d", Decode),
        OperatorDefinition.Of("hex2b64", HexToBase64),
        OperatorDefinition.Of("base62", call => EncodeNumber(call, Base62Digits, 6)),
        OperatorDefinition.Of("base62d", call => DecodeNumber(call, Base62Digits, 62)),
        OperatorDefinition.Of("base32", call => EncodeNumber(call, Base32Digits, 0)),
        OperatorDefinition.Of("base32d", call => DecodeNumber(call, Base32Digits, 32)),
    ];

    private static string Encode(string text) => Convert.ToBase64String(OctetString.ToBytes(text));

    private static ExpansionResult Decode(OperatorCall call)
    {
        var octets = new byte[(call.Subject.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(call.Subject, octets, out var length)
            ? ExpansionResult.Success(OctetString.FromBytes(octets.AsSpan(0, length)))
            : ExpansionResult.Failed($"string \"{call.Subject}\" is not well-formed for \"base64d\" operator");
    }

    private static ExpansionResult HexToBase64(OperatorCall call)
    {
        if (!call.Subject.All(char.IsAsciiHexDigit))
        {
            return ExpansionResult.Failed($"\"{call.Subject}\" is not a hex string");
        }

        return call.Subject.Length % 2 == 0
            ? ExpansionResult.Success(Convert.ToBase64String(Convert.FromHexString(call.Subject)))
            : ExpansionResult.Failed($"\"{call.Subject}\" contains an odd number of characters");
    }

    /// <param name="width">How many digits there are in any case, and at most; 0 for as many as the number has.</param>
    private static ExpansionResult EncodeNumber(OperatorCall call, string digits, int width)
    {
        if (!TryReadUnsigned(call.Subject, out var number))
        {
            return ExpansionResult.Failed($"argument for {call.Name} operator is \"{call.Subject}\", which is not a decimal number");
        }

        var encoded = new StringBuilder();
        for (; number > 0 && (width == 0 || encoded.Length < width); number /= (ulong)digits.Length)
        {
            encoded.Insert(0, digits[(int)(number % (ulong)digits.Length)]);
        }

        return ExpansionResult.Success(encoded.ToString().PadLeft(width, digits[0]));
    }

    /// <summary>Reads as C does: blanks in front, nothing at all is zero, negative numbers wrap, and what is too large is the largest number.</summary>
    private static bool TryReadUnsigned(string text, out ulong number)
    {
        number = 0;
        if (text.Length == 0)
        {
            return true;
        }

        const NumberStyles Styles = NumberStyles.AllowLeadingWhite | NumberStyles.AllowLeadingSign;
        if (!System.Numerics.BigInteger.TryParse(text, Styles, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        number = System.Numerics.BigInteger.Abs(value) > ulong.MaxValue ? ulong.MaxValue
            : value.Sign < 0 ? unchecked(0 - (ulong)-value) : (ulong)value;
        return true;
    }

    private static ExpansionResult DecodeNumber(OperatorCall call, string digits, uint radix)
    {
        ulong number = 0;
        foreach (var c in call.Subject)
        {
            var digit = digits.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
            {
                return ExpansionResult.Failed($"argument for {call.Name} operator is \"{call.Subject}\", which is not a base {radix} number");
            }

            number = unchecked((number * radix) + (ulong)digit);
        }

        return ExpansionResult.Success(unchecked((long)number).ToString(CultureInfo.InvariantCulture));
    }
}
