using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Configuration;

/// <summary>The value of <c>errors_copy</c>: who gets copies of which bounces (Exim specification, "errors_copy").</summary>
public sealed class ErrorCopies
{
    private readonly List<(MailList Pattern, ExpandableString Addresses)> _items = [];

    public bool IsEmpty => _items.Count == 0;

    /// <param name="text">Items with colons between: an address pattern, in quotes if it has blanks, and addresses with commas between.</param>
    /// <param name="problem">What is wrong with it; empty for nothing.</param>
    public static ErrorCopies Parse(string text, out string problem)
    {
        var copies = new ErrorCopies();
        problem = "";
        foreach (var item in ListSyntax.Split(text))
        {
            var reader = new WordReader(item);
            if (!reader.TryRead(out var pattern) || reader.Rest.IsEmpty)
            {
                problem = $"errors_copy: \"{item}\" is not a pattern and addresses behind it";
                continue;
            }

            copies._items.Add((MailList.Compile(ListKind.Address, pattern.Replace(":", "::", StringComparison.Ordinal)), StringExpansion.Compile(reader.Rest.ToString())));
        }

        return copies;
    }

    /// <summary>The addresses of the first item that matches, expanded; null when none does.</summary>
    /// <param name="scope">Its address becomes that of the recipient.</param>
    /// <param name="recipient">Of the bounce.</param>
    public async ValueTask<ExpansionResult?> FindAsync(EvaluationScope scope, AddressScope recipient, CancellationToken cancellationToken)
    {
        scope.Address = recipient;
        foreach (var (pattern, addresses) in _items)
        {
            var match = await pattern.MatchAsync(scope, $"{recipient.LocalPart}@{recipient.Domain}", cancellationToken);
            if (match.IsDeferred)
            {
                return ExpansionResult.Failed(match.Message);
            }

            if (match.IsMatch)
            {
                return await addresses.ExpandAsync(scope, cancellationToken);
            }
        }

        return null;
    }
}
