namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>lc</c> and <c>uc</c>: ASCII letters only, so that the octets of UTF-8 text survive.</summary>
internal static class CaseOperators
{
    public static OperatorDefinition[] Definitions { get; } = [OperatorDefinition.Of("lc", Lower), OperatorDefinition.Of("uc", Upper)];

    public static string Lower(string text) => text.AsSpan().ContainsAnyInRange('A', 'Z')
        ? string.Create(text.Length, text, static (result, source) =>
        {
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
            }
        })
        : text;

    public static string Upper(string text) => text.AsSpan().ContainsAnyInRange('a', 'z')
        ? string.Create(text.Length, text, static (result, source) =>
        {
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = char.IsAsciiLetterLower(source[i]) ? (char)(source[i] & ~0x20) : source[i];
            }
        })
        : text;
}
