using System.Collections.Immutable;

namespace Pipeline.Mail.AuthResults;

/// <summary>How strictly to read a field.</summary>
public enum AuthResultsReading
{
    /// <summary>The grammar of RFC 8601 and nothing else.</summary>
    Strict = 0,

    /// <summary>Also what well-known systems write: see the comments in <see cref="AuthResultsParser"/>.</summary>
    Tolerant = 1,
}

/// <summary>Reads the value of an Authentication-Results field (RFC 8601 section 2.2), or of an ARC-Authentication-Results field.</summary>
public static class AuthResultsParser
{
    public const int MaxFieldBytes = 64 * 1024;

    /// <summary>Results beyond this are left out.</summary>
    public const int MaxResults = 100;

    private const int MaxProperties = 100;
    private const int MaxInstanceDigits = 2;

    /// <param name="value">The value of the field with its folds.</param>
    /// <param name="problem">On failure, what is wrong, in words.</param>
    public static bool TryParse(ReadOnlySpan<byte> value, AuthResultsReading reading, out AuthResultsField field, out string problem)
    {
        field = new AuthResultsField("", 1, []);
        problem = "the field does not follow the grammar of RFC 8601";
        if (value.Length > MaxFieldBytes)
        {
            problem = $"the field is longer than {MaxFieldBytes} octets";
            return false;
        }

        var reader = new AuthResultsReader(value, reading == AuthResultsReading.Tolerant);
        return TryReadField(ref reader, ref field);
    }

    /// <summary>Reads i= in front of an ARC-Authentication-Results field (RFC 8617 section 4.1.1), and no more than that there is something behind it.</summary>
    /// <param name="instance">Of one or two digits.</param>
    public static bool TryReadInstance(ReadOnlySpan<byte> value, out int instance)
    {
        var reader = new AuthResultsReader(value, isTolerant: true);
        var isRead = TryReadInstance(ref reader, out var read);
        instance = read ?? 0;
        return isRead && read is not null;
    }

    /// <summary>Where the results begin in a field: behind the first semicolon, which ends the authserv-id and its version.</summary>
    /// <param name="start">The length of the value when it ends before.</param>
    public static bool TryFindResults(ReadOnlySpan<byte> value, out string authServId, out int start)
    {
        var reader = new AuthResultsReader(value, isTolerant: false);
        var isRead = TryReadServer(ref reader, out authServId, out _);
        reader.Take(';');
        start = reader.Position;
        return isRead;
    }

    private static bool TryReadField(ref AuthResultsReader reader, ref AuthResultsField field)
    {
        int? instance = null;
        if (reader.IsTolerant && !TryReadInstance(ref reader, out instance))
        {
            return false;
        }

        // Microsoft's mail service leaves the authserv-id out, or writes it as a later element.
        string id = "";
        var version = 1;
        var isMethodFirst = reader.IsTolerant && reader.IsAtMethod();
        if (!isMethodFirst && !TryReadServer(ref reader, out id, out version))
        {
            return false;
        }

        var results = ImmutableArray.CreateBuilder<MethodResult>();
        var isDone = false;
        while (!isDone)
        {
            if (!isMethodFirst)
            {
                if (!reader.SkipBlanks())
                {
                    return false;
                }

                if (reader.IsAtEnd)
                {
                    break;
                }

                if (!reader.Take(';'))
                {
                    return false;
                }
            }

            isMethodFirst = false;
            if (!TryReadElement(ref reader, results, ref id, out isDone))
            {
                return false;
            }
        }

        // A field must say something; "example.org 1" alone is seen all the same.
        if (results.Count == 0 && !isDone && !reader.IsTolerant)
        {
            return false;
        }

        field = new AuthResultsField(id, version, results.ToImmutable()) { Instance = instance };
        return true;
    }

    /// <summary>What stands behind a semicolon: a result, or none.</summary>
    private static bool TryReadElement(
        ref AuthResultsReader reader, ImmutableArray<MethodResult>.Builder results, ref string id, out bool isDone)
    {
        isDone = false;
        if (!reader.SkipBlanks())
        {
            return false;
        }

        if (reader.IsAtEnd)
        {
            // A final semicolon is not in the grammar, and many write one. Behind i= alone it does not make a field.
            isDone = true;
            return reader.IsTolerant && results.Count > 0;
        }

        if (results.Count == 0 && reader.TakeFinalWord("none"u8))
        {
            isDone = true;
            return true;
        }

        if (reader.IsTolerant && reader.TakeLateServer(out var late))
        {
            id = id.Length == 0 ? late : id;
            return true;
        }

        if (!TryReadResult(ref reader, out var result))
        {
            return false;
        }

        if (results.Count < MaxResults)
        {
            results.Add(result);
        }

        return true;
    }

    /// <summary>i=, as ARC puts it in front; it may be there once.</summary>
    private static bool TryReadInstance(ref AuthResultsReader reader, out int? instance)
    {
        instance = null;
        if (!reader.SkipBlanks() || !reader.IsAtInstance())
        {
            return !reader.HasFailed;
        }

        reader.TakeKeyword(out _);
        if (!reader.SkipBlanks() || !reader.Take('=') || !reader.SkipBlanks() || !reader.TakeNumber(MaxInstanceDigits, out var number)
            || !reader.SkipBlanks() || !reader.Take(';') || !reader.SkipBlanks() || reader.IsAtEnd || reader.IsAtInstance())
        {
            return false;
        }

        instance = number;
        return true;
    }

    private static bool TryReadServer(ref AuthResultsReader reader, out string id, out int version)
    {
        (id, version) = ("", 1);
        if (!reader.SkipBlanks() || !reader.TakeValue(out id, isProperty: false))
        {
            return false;
        }

        var hadBlank = reader.IsAtBlank;
        if (!reader.SkipBlanks())
        {
            return false;
        }

        if (reader.IsAtEnd || reader.IsAt(';'))
        {
            return true;
        }

        return hadBlank && reader.TakeNumber(maxDigits: 4, out version) && reader.SkipBlanks() && (reader.IsAtEnd || reader.IsAt(';'));
    }

    private static bool TryReadResult(ref AuthResultsReader reader, out MethodResult result)
    {
        result = new MethodResult("", 1, "", null, []);
        var version = 1;
        if (!reader.TakeKeyword(out var method) || !reader.SkipBlanks())
        {
            return false;
        }

        if (reader.Take('/') && !(reader.SkipBlanks() && reader.TakeNumber(maxDigits: 4, out version) && reader.SkipBlanks()))
        {
            return false;
        }

        if (!reader.Take('=') || !reader.SkipBlanks() || !reader.TakeKeyword(out var word) || !reader.IsAtGap)
        {
            return false;
        }

        string? reason = null;
        var properties = ImmutableArray.CreateBuilder<ResultProperty>();
        while (true)
        {
            if (!reader.SkipBlanks())
            {
                return false;
            }

            if (reader.IsAtEnd || reader.IsAt(';'))
            {
                result = new MethodResult(method.ToLowerInvariant(), version, word.ToLowerInvariant(), reason, properties.ToImmutable());
                return true;
            }

            var mayBeReason = reason is null && properties.Count == 0;
            if (!TryReadProperty(ref reader, mayBeReason, ref reason, properties))
            {
                return false;
            }
        }
    }

    private static bool TryReadProperty(
        ref AuthResultsReader reader, bool mayBeReason, ref string? reason, ImmutableArray<ResultProperty>.Builder properties)
    {
        if (!reader.TakePlainKeyword(out var type) || !reader.SkipBlanks())
        {
            return false;
        }

        if (reader.Take('='))
        {
            var isReason = type.Equals("reason", StringComparison.OrdinalIgnoreCase);
            if (!reader.SkipBlanks() || (!isReason && !reader.IsTolerant) || (isReason && !mayBeReason && !reader.IsTolerant)
                || !reader.TakeValue(out var text, isProperty: !isReason) || !reader.IsAtGap)
            {
                return false;
            }

            // Pairs without a type, such as action=none, come from Microsoft.
            if (isReason)
            {
                reason ??= text;
            }
            else if (properties.Count < MaxProperties)
            {
                properties.Add(new ResultProperty("", type.ToLowerInvariant(), text));
            }

            return true;
        }

        if (!reader.Take('.') || !reader.SkipBlanks() || !reader.TakePlainKeyword(out var name) || !reader.SkipBlanks())
        {
            return false;
        }

        // A name of more parts is no property: the element is kept without it.
        var isUsable = true;
        while (reader.IsTolerant && reader.Take('.'))
        {
            isUsable = false;
            if (!reader.TakePlainKeyword(out _))
            {
                return false;
            }
        }

        if (!reader.Take('=') || !reader.SkipBlanks())
        {
            return false;
        }

        // "header.from=;" is what Microsoft writes when it has no value.
        if (reader.IsTolerant && reader.IsAt(';'))
        {
            return true;
        }

        if (!reader.TakeValue(out var value, isProperty: true, out var isValidValue) || !reader.IsAtGap)
        {
            return false;
        }

        if (isUsable && isValidValue && properties.Count < MaxProperties)
        {
            properties.Add(new ResultProperty(type.ToLowerInvariant(), name.ToLowerInvariant(), value));
        }

        return true;
    }
}
