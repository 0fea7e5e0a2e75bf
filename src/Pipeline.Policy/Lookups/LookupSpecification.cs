using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pipeline.Policy.Lookups;

/// <summary>A lookup type as written: <c>[partial[N][(affix)]-]name[*|*@][,option=value…]</c>.</summary>
internal sealed record LookupSpecification(LookupType Type)
{
    internal static readonly FrozenDictionary<string, string> NoOptions = FrozenDictionary<string, string>.Empty;

    /// <summary>How many components a key must keep; null when matching is not partial.</summary>
    public int? Partial { get; private init; }

    /// <summary>What stands before a shortened key.</summary>
    public string Affix { get; private init; } = "*.";

    /// <summary><c>*</c>: look for the key <c>*</c> in the end.</summary>
    public bool DefaultStar { get; private init; }

    /// <summary><c>*@</c>: look for <c>*@domain</c> before that.</summary>
    public bool DefaultStarAt { get; private init; }

    public IReadOnlyDictionary<string, string> Options { get; private init; } = NoOptions;

    /// <param name="error">Exim's words for what is wrong.</param>
    public static bool TryParse(string written, [NotNullWhen(true)] out LookupSpecification? specification, out string error)
    {
        specification = null;
        var text = written;
        var options = NoOptions;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        if (comma >= 0)
        {
            options = ReadOptions(text[(comma + 1)..]);
            text = text[..comma];
        }

        var (partial, affix) = ReadPartial(ref text);
        var starAt = text.EndsWith("*@", StringComparison.Ordinal);
        var star = starAt || text.EndsWith('*');
        var name = text[..^(starAt ? 2 : star ? 1 : 0)];
        if (!LookupRegistry.TryFind(name, out var type))
        {
            error = $"unknown lookup type \"{name}\"";
            return false;
        }

        if (!type.IsSingleKey && partial is not null)
        {
            error = $"\"partial\" is not permitted for lookup type \"{name}\"";
            return false;
        }

        if (!type.IsSingleKey && star)
        {
            error = $"defaults using \"*\" or \"*@\" are not permitted for lookup type \"{name}\"";
            return false;
        }

        error = "";
        specification = new LookupSpecification(type)
        {
            Partial = partial,
            Affix = affix,
            DefaultStar = star,
            DefaultStarAt = starAt,
            Options = options,
        };
        return true;
    }

    private static (int? Partial, string Affix) ReadPartial(ref string text)
    {
        const string Word = "partial";
        if (!text.StartsWith(Word, StringComparison.Ordinal))
        {
            return (null, "*.");
        }

        var rest = text[Word.Length..];
        var digits = 0;
        while (digits < rest.Length && digits < 3 && char.IsAsciiDigit(rest[digits]))
        {
            digits++;
        }

        var least = digits == 0 ? 2 : int.Parse(rest.AsSpan(0, digits), CultureInfo.InvariantCulture);
        rest = rest[digits..];
        var affix = "*.";
        var close = rest.IndexOf(')', StringComparison.Ordinal);
        if (rest.StartsWith('(') && close > 0)
        {
            affix = rest[1..close];
            rest = rest[(close + 1)..];
        }
        else if (rest.StartsWith('-'))
        {
            rest = rest[1..];
        }
        else
        {
            return (null, "*.");
        }

        text = rest;
        return (least, affix);
    }

    private static FrozenDictionary<string, string> ReadOptions(string text)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var option in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            options[equals < 0 ? option : option[..equals]] = equals < 0 ? "" : option[(equals + 1)..];
        }

        return options.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
