using System.Globalization;
using System.Text;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary><c>listcount</c> and <c>listnamed</c>.</summary>
internal static class ListOperators
{
    private const int MaxDepth = 20;

    private static readonly ListKind[] SearchOrder = [ListKind.Domain, ListKind.Address, ListKind.Host, ListKind.LocalPart];

    public static OperatorDefinition[] Definitions { get; } =
    [
        OperatorDefinition.Of("listcount", text => ListSyntax.Split(text).Count.ToString(CultureInfo.InvariantCulture)) with { SetsMark = true },
        new OperatorDefinition("listnamed", (context, call) => new(Named(context, call))) with { SetsMark = true },
    ];

    private static ExpansionResult Named(ExpansionContext context, OperatorCall call)
    {
        ListKind? kind = null;
        var description = "";
        if (call.Suffix is not null)
        {
            (kind, description) = call.Suffix.FirstOrDefault() switch
            {
                'd' => (ListKind.Domain, "domain "),
                'a' => (ListKind.Address, "address "),
                'h' => (ListKind.Host, "host "),
                'l' => (ListKind.LocalPart, "localpart "),
                _ => ((ListKind?)null, ""),
            };
            if (kind is null)
            {
                return ExpansionResult.Failed("bad suffix on \"list\" operator");
            }
        }

        return TryFind(context, call.Subject.TrimStart('+'), kind, out var list)
            ? Inline(context, list, depth: 0)
            : ExpansionResult.Failed($"\"{call.Subject}\" is not a {description}named list");
    }

    private static bool TryFind(ExpansionContext context, string name, ListKind? kind, out NamedList list)
    {
        foreach (var candidate in SearchOrder)
        {
            if ((kind is null || kind == candidate) && context.Scope.Environment.Policy.NamedLists.TryFind(candidate, name, out list!))
            {
                return true;
            }
        }

        list = null!;
        return false;
    }

    /// <summary>The items of a list as they are written, those of the lists it names in their places.</summary>
    private static ExpansionResult Inline(ExpansionContext context, NamedList list, int depth)
    {
        if (depth > MaxDepth)
        {
            return ExpansionResult.Failed($"named list \"{list.Name}\" is nested too deeply");
        }

        var text = new StringBuilder();
        foreach (var item in ListSyntax.Split(list.Definition.Source))
        {
            var inlined = ExpansionResult.Success(item.Replace(":", "::", StringComparison.Ordinal));
            if (item.StartsWith('+') && TryFind(context, item[1..], list.Kind, out var inner))
            {
                inlined = Inline(context, inner, depth + 1);
                if (!inlined.IsSuccess)
                {
                    return inlined;
                }
            }

            text.Append(text.Length == 0 ? "" : " : ").Append(inlined.Value);
        }

        return ExpansionResult.Success(text.ToString());
    }
}
