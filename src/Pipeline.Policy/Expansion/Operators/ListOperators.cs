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
        OperatorDefinition.Of("listcount", text => ListSyntax.Split(text).Count.ToString(CultureInfo.InvariantCulture)),
        new OperatorDefinition("listnamed", NamedAsync),
    ];

    private static async ValueTask<ExpansionResult> NamedAsync(ExpansionContext context, OperatorCall call)
    {
        ListKind? kind = null;
        var description = "";
        if (call.Suffix is not null)
        {
            (kind, description) = call.Suffix switch
            {
                "d" => (ListKind.Domain, "domain "),
                "a" => (ListKind.Address, "address "),
                "h" => (ListKind.Host, "host "),
                "l" => (ListKind.LocalPart, "localpart "),
                _ => ((ListKind?)null, ""),
            };
            if (kind is null)
            {
                return ExpansionResult.Failed("bad suffix on \"listnamed\" operator");
            }
        }

        return TryFind(context, call.Subject.TrimStart('+'), kind, out var list)
            ? await InlineAsync(context, list, depth: 0)
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

    /// <summary>The items of a list, those of the lists it names in their places.</summary>
    private static async ValueTask<ExpansionResult> InlineAsync(ExpansionContext context, NamedList list, int depth)
    {
        if (depth > MaxDepth)
        {
            return ExpansionResult.Failed($"named list \"{list.Name}\" is nested too deeply");
        }

        var definition = await list.Definition.ExpandAsync(context.Scope, context.CancellationToken);
        if (!definition.IsSuccess)
        {
            return definition;
        }

        var text = new StringBuilder();
        var first = true;
        foreach (var item in ListSyntax.Split(definition.Value))
        {
            if (item.StartsWith('+') && TryFind(context, item[1..], list.Kind, out var inner))
            {
                var inlined = await InlineAsync(context, inner, depth + 1);
                if (!inlined.IsSuccess)
                {
                    return inlined;
                }

                text.Append(first ? "" : ":").Append(inlined.Value);
            }
            else
            {
                ListSyntax.Append(text, item, ':', first);
            }

            first = false;
        }

        return ExpansionResult.Success(text.ToString());
    }
}
