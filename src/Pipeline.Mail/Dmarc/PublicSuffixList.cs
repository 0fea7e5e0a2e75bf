using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Pipeline.Mail.Addressing;

namespace Pipeline.Mail.Dmarc;

/// <summary>The list of publicsuffix.org: below which names anybody may register one. Read once; immutable.</summary>
/// <remarks>Rules of both sections count. The names are kept in A-labels and lower case, one small string for each of about ten thousand.</remarks>
public sealed class PublicSuffixList
{
    /// <summary>Octets of a file; the list has about 350 KiB.</summary>
    public const int MaxFileBytes = 8 * 1024 * 1024;

    private readonly Dictionary<string, Rules>.AlternateLookup<ReadOnlySpan<char>> _rules;

    private PublicSuffixList(Dictionary<string, Rules> rules)
    {
        Count = rules.Count;
        _rules = rules.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    [Flags]
    private enum Rules : byte
    {
        None = 0,

        /// <summary><c>co.uk</c></summary>
        Name = 1,

        /// <summary><c>*.ck</c></summary>
        Wildcard = 2,

        /// <summary><c>!www.ck</c></summary>
        Exception = 4,
    }

    /// <summary>Names that rules are about.</summary>
    public int Count { get; }

    /// <summary>Reads a list in its published form: a rule a line, up to the first white space; <c>//</c> begins a comment.</summary>
    /// <param name="problem">On failure: the line and what is wrong with it, or that there is no rule.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out PublicSuffixList? list, [NotNullWhen(false)] out string? problem)
    {
        var rules = new Dictionary<string, Rules>(StringComparer.Ordinal);
        var number = 0;
        list = null;
        foreach (var line in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
        {
            number++;
            var rule = line.TrimStart();
            var end = rule.IndexOfAny(' ', '\t');
            rule = end < 0 ? rule : rule[..end];
            if (rule.IsEmpty || rule.StartsWith("//", StringComparison.Ordinal))
            {
                continue;
            }

            var kind = rule[0] == '!' ? Rules.Exception : rule.StartsWith("*.", StringComparison.Ordinal) ? Rules.Wildcard : Rules.Name;
            var name = kind switch { Rules.Exception => rule[1..], Rules.Wildcard => rule[2..], _ => rule };
            if (name is "*")
            {
                continue; // what holds for every name that no rule is about
            }

            if (!DomainName.TryToAscii(name.TrimStart('.').ToString(), out var ascii))
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"line {number}: \"{rule}\" is no rule");
                return false;
            }

            rules[ascii] = rules.GetValueOrDefault(ascii) | kind;
        }

        if (rules.Count == 0)
        {
            problem = "there is no rule in it";
            return false;
        }

        rules.TrimExcess();
        list = new PublicSuffixList(rules);
        problem = null;
        return true;
    }

    /// <summary>The public suffix of a name and one label more; the name itself when it is a suffix.</summary>
    /// <param name="domain">In A-labels and lower case, without a final dot.</param>
    public string OrganizationalDomain(string domain)
    {
        var below = -1; // where the name one label longer begins; -1: there is none
        var start = 0;

        // From the longest name to the shortest: the first rule that is met is the longest, but for an exception, which goes before the wildcard it is from.
        while (true)
        {
            var rest = domain.AsSpan(start);
            var dot = rest.IndexOf('.');
            var rules = _rules.TryGetValue(rest, out var found) ? found : Rules.None;
            if ((rules & Rules.Exception) != 0)
            {
                return domain[start..];
            }

            var isSuffix = (rules & Rules.Name) != 0
                || dot < 0
                || (_rules.TryGetValue(rest[(dot + 1)..], out var parent) && (parent & Rules.Wildcard) != 0);
            if (isSuffix)
            {
                return below < 0 ? domain : domain[below..];
            }

            below = start;
            start += dot + 1;
        }
    }
}
