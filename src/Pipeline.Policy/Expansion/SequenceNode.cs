using System.Buffers;
using System.Runtime.CompilerServices;

namespace Pipeline.Policy.Expansion;

/// <summary>Parts one after the other; the first one that fails ends it.</summary>
internal sealed class SequenceNode(ExpansionNode[] parts) : ExpansionNode
{
    public ExpansionNode[] Parts => parts;

    public static ExpansionNode Of(List<ExpansionNode> parts) => parts.Count switch
    {
        0 => LiteralNode.Empty,
        1 => parts[0],
        _ => new SequenceNode([.. parts]),
    };

    public override async ValueTask<ExpansionResult> EvaluateAsync(ExpansionContext context)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return ExpansionResult.Failed("string expansion is nested too deeply");
        }

        // The pool's array may be longer than asked for.
        var values = ArrayPool<string>.Shared.Rent(parts.Length);
        try
        {
            long length = 0;
            var taint = Taint.None;
            for (var i = 0; i < parts.Length; i++)
            {
                var result = await parts[i].EvaluateAsync(context);
                if (!result.IsSuccess)
                {
                    return result;
                }

                values[i] = result.Value;
                length += result.Value.Length;
                taint = taint.With(result.Text.Taint);
                if (length > ExpansionContext.MaxResultLength)
                {
                    return ExpansionContext.TooLong();
                }
            }

            return ExpansionResult.Success(string.Concat(values.AsSpan(0, parts.Length)), taint);
        }
        finally
        {
            ArrayPool<string>.Shared.Return(values, clearArray: true);
        }
    }
}
