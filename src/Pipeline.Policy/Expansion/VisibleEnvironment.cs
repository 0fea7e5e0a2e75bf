using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Expansion;

/// <summary>The environment that expansions and programs see: of the process what <c>keep_environment</c> names, and what <c>add_environment</c> sets.</summary>
public static class VisibleEnvironment
{
    /// <summary>By name; octets.</summary>
    public static async ValueTask<Dictionary<string, string>> OfAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var options = scope.Environment.Policy.MainOptions;
        var visible = new Dictionary<string, string>(StringComparer.Ordinal);
        if (options.KeepEnvironment is { } kept)
        {
            var list = MailList.Compile(ListKind.LocalPart, kept);
            foreach (var (key, value) in scope.Environment.ProcessEnvironment)
            {
                if ((await list.MatchAsync(scope, key, caseful: true, cancellationToken)).IsMatch)
                {
                    visible[key] = OctetString.FromText(value);
                }
            }
        }

        foreach (var setting in ListSyntax.Split(options.AddEnvironment ?? ""))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                visible[setting[..equals]] = setting[(equals + 1)..];
            }
        }

        return visible;
    }
}
