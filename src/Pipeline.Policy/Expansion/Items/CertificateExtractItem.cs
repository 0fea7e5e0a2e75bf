using System.Security.Cryptography.X509Certificates;
using Pipeline.Policy.Expansion.Parsing;
using Pipeline.Policy.Expansion.Variables;
using Pipeline.Policy.Tls;

namespace Pipeline.Policy.Expansion.Items;

/// <summary><c>${certextract{field}{$variable}…}</c>: a field of a certificate.</summary>
internal static class CertificateExtractItem
{
    public static ItemDefinition[] Definitions { get; } = [new("certextract", Parse)];

    private static ExpansionNode Parse(ExpansionParser parser, string name)
    {
        var arguments = new List<ExpansionNode>();
        if (!parser.TryReadArgument($"field arg of {name}", arguments) || ReadVariable(parser, name) is not { } variable)
        {
            return parser.Unwind(arguments);
        }

        return new CertificateExtractNode(name, arguments[0], variable, Branches.Parse(parser, name));
    }

    /// <summary>The second argument is the variable itself and nothing else, for as text a certificate has no value.</summary>
    private static VariableDefinition? ReadVariable(ExpansionParser parser, string name)
    {
        parser.SkipBlanks();
        if (!parser.TryTake('{'))
        {
            parser.FailBraces($"missing '{{' for cert variable arg of {name}");
            return null;
        }

        var end = parser.Rest.IndexOf('}');
        if (!parser.TryTake('$') || end < 1)
        {
            parser.Fail($"second argument of \"{name}\" must be a certificate variable");
            return null;
        }

        var word = parser.Rest[..(end - 1)].ToString();
        parser.Position += end;
        if (!parser.TryFindVariable(word, out var variable, out _))
        {
            parser.Fail($"no variable named \"{word}\"");
            return null;
        }

        if (variable.Certificate is null)
        {
            parser.Fail($"\"{word}\" is not a certificate");
            return null;
        }

        return variable;
    }

    private sealed class CertificateExtractNode(string name, ExpansionNode field, VariableDefinition variable, Branches branches) : ExpansionNode
    {
        // What we show ourselves the operator has chosen; all else comes from the peer.
        private readonly Taint _taint = variable.Name.EndsWith("_ourcert", StringComparison.Ordinal) ? Taint.None : Taint.Tainted;

        public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
        {
            var selector = await field.EvaluateAsync(context);
            if (!selector.IsSuccess)
            {
                return selector;
            }

            if (variable.Certificate!(context.Scope) is not { } certificate)
            {
                return await branches.FailAsync(context);
            }

            return CertificateField.TryRead(certificate, selector.Value.Trim(), out var value) switch
            {
                false => ExpansionResult.Failed($"bad field selector \"{selector.Value}\" for {name}"),
                _ when value is null => await branches.FailAsync(context),
                _ => await branches.SucceedAsync(context, new ExpandedText(value, _taint)),
            };
        }
    }
}
