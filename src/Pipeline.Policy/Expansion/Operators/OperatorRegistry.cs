using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>Every operator, once. An unknown name is an error, as in Exim.</summary>
internal static class OperatorRegistry
{
    private static readonly FrozenDictionary<string, OperatorDefinition> Known = Families().ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);

    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>Finds an operator by what stands before the colon: a whole name, or a name, an underscore and a suffix.</summary>
    public static bool TryFind(string written, [NotNullWhen(true)] out OperatorDefinition? definition, out string? suffix)
    {
        suffix = null;
        if (Known.TryGetValue(written, out definition))
        {
            return true;
        }

        var underscore = written.IndexOf('_', StringComparison.Ordinal);
        if (underscore < 0)
        {
            return false;
        }

        suffix = written[(underscore + 1)..];
        return Known.TryGetValue(written[..underscore], out definition);
    }

    private static IEnumerable<OperatorDefinition> Families() =>
    [
        .. CaseOperators.Definitions, .. SubstringOperators.Definitions, .. ArithmeticOperators.Definitions, .. AddressOperators.Definitions,
        .. QuoteOperators.Definitions, .. DigestOperators.Definitions, .. BaseOperators.Definitions, .. NetworkOperators.Definitions,
        .. HashOperators.Definitions, .. ListOperators.Definitions, .. TimeOperators.Definitions, .. ExpandOperator.Definitions,
        .. CharacterSetOperators.Definitions, .. StatOperator.Definitions, .. HeaderWrapOperator.Definitions,
    ];
}
