using Pipeline.Policy.Acl.Mime;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>decode =</c>: decodes the MIME part into a file; true when it could be.</summary>
/// <remarks>
/// <c>default</c> chooses the name; a name without a slash at its start stands for a file beside those, and of a path in it only the last part counts: names come from peers
/// (<c>decode = $mime_filename</c>). A path with a slash at its start is the operator's, but may not climb.
/// </remarks>
internal sealed class DecodeCondition() : AclCondition("decode")
{
    private const int MaxNameLength = 200;

    public override AclPoints AllowedAt => AclPoints.Mime | AclPoints.NotSmtpMime;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (argument is "" or "0" or "false")
        {
            return AclTest.False;
        }

        var target = Target(argument);
        if (target?.StartsWith('/') == true
            && evaluation.Scope.Environment.Tainting.Refuses(evaluation.Scope, evaluation.ArgumentTaint, item.Value.Source, $"Tainted filename '{argument}' for decode"))
        {
            return AclTest.Defer("decode: the path is made of text from peers");
        }

        return await RunAsync(evaluation, target, cancellationToken);
    }

    internal static async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, string? target, CancellationToken cancellationToken)
    {
        if (evaluation.Message.MimePart is not { } part)
        {
            return AclTest.Defer("there is no MIME part to decode");
        }

        if (target is not null && target.Split('/').Contains(".."))
        {
            return AclTest.Defer($"decode: \"{target}\" leads out of its folder");
        }

        try
        {
            MimeVariables.Show(evaluation.Message, await part.DecodeAsync(target, cancellationToken));
            return AclTest.True;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return AclTest.Defer($"decode: {error.Message}");
        }
    }

    private static string? Target(string argument)
    {
        var text = Expansion.OctetString.ToText(argument);
        if (text == "default" || text.StartsWith('/'))
        {
            return text == "default" ? null : text;
        }

        var name = text[(text.LastIndexOf('/') + 1)..].Replace("\0", "", StringComparison.Ordinal);
        return name is "" or "." or ".." ? null : name[..Math.Min(name.Length, MaxNameLength)];
    }
}
