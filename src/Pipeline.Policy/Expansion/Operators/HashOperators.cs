using System.Globalization;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>Exim's own hashes, <c>hash</c> and <c>nhash</c>: kept for configurations that spread files over directories with them.</summary>
internal static class HashOperators
{
    // The order of r, t and s is historic and must stay.
    private const string HashCodes = "abcdefghijklmnopqrtsuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private static readonly int[] Primes =
        [113, 109, 107, 103, 101, 97, 89, 83, 79, 73, 71, 67, 61, 59, 53, 47, 43, 41, 37, 31, 29, 23, 19, 17, 13, 11, 7, 5, 3];

    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("hash", HashOf), OperatorDefinition.Of("h", HashOf),
        OperatorDefinition.Of("nhash", NumericHashOf) with { SetsMark = true }, OperatorDefinition.Of("nh", NumericHashOf) with { SetsMark = true },
    ];

    /// <param name="codes">How many letters and digits the result may use; 26 when not given.</param>
    public static ExpansionResult Hash(string lengthText, string? codes, string text)
    {
        if (!TryReadNumber(lengthText, "hash", out var length, out var error))
        {
            return ExpansionResult.Failed(error);
        }

        var modulus = 26L;
        if (codes is not null && !TryReadNumber(codes, "hash", out modulus, out _))
        {
            return ExpansionResult.Failed($"\"{codes}\" is not a positive number (in \"hash\" expansion)");
        }

        if (modulus < 1 || modulus > HashCodes.Length)
        {
            return ExpansionResult.Failed($"hash count \"{codes}\" too big");
        }

        if (length >= text.Length)
        {
            return ExpansionResult.Success(text);
        }

        var octets = OctetString.ToBytes(text);
        for (int i = 0, j = (int)length; length > 0 && j < octets.Length; j++)
        {
            var c = octets[j];
            var shift = (c + j) & 7;
            octets[i] ^= (byte)((c << shift) | (c >> (8 - shift)));
            i = (i + 1) % (int)length;
        }

        return ExpansionResult.Success(string.Create((int)length, (octets, modulus), static (result, v) =>
        {
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = HashCodes[(int)(v.octets[i] % v.modulus)];
            }
        }));
    }

    public static ExpansionResult NumericHash(string firstText, string? secondText, string text)
    {
        if (!TryReadNumber(firstText, "nhash", out var first, out var error))
        {
            return ExpansionResult.Failed(error);
        }

        long second = 0;
        if (secondText is not null && !TryReadNumber(secondText, "nhash", out second, out error))
        {
            return ExpansionResult.Failed(error);
        }

        // Exim divides by these and dies of it.
        if (first == 0 || (secondText is not null && second == 0))
        {
            return ExpansionResult.Failed("zero is no value for \"nhash\"");
        }

        ulong total = 0;
        for (var i = 0; i < text.Length; i++)
        {
            total += (ulong)text[i] * (ulong)Primes[i % Primes.Length];
        }

        if (secondText is null)
        {
            return ExpansionResult.Success((total % (ulong)first).ToString(CultureInfo.InvariantCulture));
        }

        total %= (ulong)(first * second);
        return ExpansionResult.Success(string.Create(CultureInfo.InvariantCulture, $"{total / (ulong)second}/{total % (ulong)second}"));
    }

    private static ExpansionResult HashOf(OperatorCall call) => NumberSuffix.TryParse(call, 2, allowNegativeFirst: false, out var numbers)
        ? Hash(numbers[0], numbers.Length > 1 ? numbers[1] : null, call.Subject)
        : ExpansionResult.Failed(NumberSuffix.Missing(call));

    private static ExpansionResult NumericHashOf(OperatorCall call) => NumberSuffix.TryParse(call, 2, allowNegativeFirst: false, out var numbers)
        ? NumericHash(numbers[0], numbers.Length > 1 ? numbers[1] : null, call.Subject)
        : ExpansionResult.Failed(NumberSuffix.Missing(call));

    private static bool TryReadNumber(string text, string item, out long number, out string error)
    {
        error = "";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            number = value;
            return true;
        }

        number = 0;
        error = $"\"{text}\" is not a number (in \"{item}\" expansion)";
        return false;
    }
}
