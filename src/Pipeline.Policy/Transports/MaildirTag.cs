using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>The option <c>maildir_tag</c>: expanded when the message is written, for its size is known then.</summary>
public sealed class MaildirTag
{
    private readonly Func<long, CancellationToken, ValueTask<(string Text, string? Error)>> _expand;

    private MaildirTag(Func<long, CancellationToken, ValueTask<(string Text, string? Error)>> expand) => _expand = expand;

    /// <summary>A tag that is the same for every size.</summary>
    public static MaildirTag Of(string text) => new((_, _) => ValueTask.FromResult((text, (string?)null)));

    internal static MaildirTag Of(ExpandableString text, EvaluationScope scope, string transport) => new(async (size, cancellationToken) =>
    {
        scope.Message.Size = size;
        var expanded = await text.ExpandAsync(scope, cancellationToken);
        return expanded.IsSuccess ? (expanded.Value, null)
            : expanded.Outcome == ExpansionOutcome.ForcedFailure ? ("", null)
            : ("", $"Expansion of \"{text.Source}\" (maildir_tag for {transport} transport) failed: {expanded.Message}");
    });

    /// <param name="size">Octets written.</param>
    /// <returns>What is put behind the name of the file, printing characters without a slash; or why it cannot be had.</returns>
    public async ValueTask<(string Tag, string? Error)> ExpandAsync(long size, CancellationToken cancellationToken)
    {
        var (text, error) = await _expand(size, cancellationToken);
        var tag = string.Concat(text.Where(c => c is > ' ' and < '\x7F' and not '/'));
        return (tag.Length > 0 && char.IsAsciiLetterOrDigit(tag[0]) ? ":" + tag : tag, error);
    }
}
