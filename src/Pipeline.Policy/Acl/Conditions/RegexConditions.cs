using System.Globalization;
using Pipeline.Policy.Acl.Mime;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>regex =</c>: a line of the message, or of the MIME part as it came, matches one of the regular expressions of a list.</summary>
internal sealed class RegexCondition() : AclCondition("regex")
{
    public override AclPoints AllowedAt => AclPoints.Content | AclPoints.Mime | AclPoints.NotSmtpMime;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        var patterns = RegexList.Compile(evaluation, Name, argument);
        var message = evaluation.Message;
        if (message.MimePart is null && message.OpenBody is null)
        {
            return AclTest.Defer("the message cannot be read here");
        }

        try
        {
            if (message.MimePart is { } part)
            {
                return await SearchAsync(evaluation, patterns, part.OpenRaw(), cancellationToken) ?? AclTest.False;
            }

            return await SearchAsync(evaluation, patterns, new MemoryStream(message.HeaderBlock.ToArray(), writable: false), cancellationToken)
                ?? await SearchAsync(evaluation, patterns, message.OpenBody!(), cancellationToken)
                ?? AclTest.False;
        }
        catch (IOException error)
        {
            return AclTest.Defer($"regex: {error.Message}");
        }
    }

    private static async ValueTask<AclTest?> SearchAsync(
        AclEvaluation evaluation, IReadOnlyList<Pattern> patterns, Stream content, CancellationToken cancellationToken)
    {
        await using var owned = content;
        var lines = new OctetLines(content);
        while (patterns.Count > 0 && await lines.ReadAsync(cancellationToken) is { } line)
        {
            if (RegexList.Match(evaluation, patterns, line) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}

/// <summary><c>mime_regex =</c>: the decoded MIME part, as far as its first 32 K go, matches one of the regular expressions of a list.</summary>
internal sealed class MimeRegexCondition() : AclCondition("mime_regex")
{
    private const int MaxBytes = 32 * 1024;

    public override AclPoints AllowedAt => AclPoints.Mime | AclPoints.NotSmtpMime;

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (MimeVariables.DecodedFile(evaluation.Message) is null
            && await DecodeCondition.RunAsync(evaluation, null, cancellationToken) is { Outcome: not AclTestOutcome.True } failed)
        {
            return failed;
        }

        var patterns = RegexList.Compile(evaluation, Name, argument);
        try
        {
            await using var file = File.OpenRead(MimeVariables.DecodedFile(evaluation.Message)!);
            var octets = new byte[MaxBytes];
            var length = await file.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false, cancellationToken);
            return RegexList.Match(evaluation, patterns, OctetString.FromBytes(octets.AsSpan(0, length))) ?? AclTest.False;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return AclTest.Defer($"mime_regex: {error.Message}");
        }
    }
}

/// <summary>A list of regular expressions, and what a match leaves behind: <c>$regex_match_string</c>, <c>$regex1</c> and so on.</summary>
internal static class RegexList
{
    private const int MaxGroups = 9;

    /// <summary>Expressions that cannot be compiled are left out, and the log says so, as Exim's.</summary>
    public static IReadOnlyList<Pattern> Compile(AclEvaluation evaluation, string condition, string list)
    {
        var patterns = new List<Pattern>();
        foreach (var text in ListSyntax.Split(list))
        {
            if (PatternCache.TryGet(text, caseless: false, out var pattern, out var error))
            {
                patterns.Add(pattern);
            }
            else
            {
                evaluation.Log(PolicyLogTarget.Main, $"{condition} acl condition warning - {error}, skipped");
            }
        }

        return patterns;
    }

    /// <returns>Null when none matches.</returns>
    public static AclTest? Match(AclEvaluation evaluation, IReadOnlyList<Pattern> patterns, string subject)
    {
        foreach (var pattern in patterns)
        {
            if (!pattern.TryMatch(subject, out var match, out var error))
            {
                return AclTest.Defer(error);
            }

            if (match is not null)
            {
                evaluation.SetVariable("regex_match_string", pattern.Source);
                for (var i = 1; i <= MaxGroups; i++)
                {
                    evaluation.SetVariable("regex" + i.ToString(CultureInfo.InvariantCulture), i < match.Length ? match[i] : "");
                }

                return AclTest.True;
            }
        }

        return null;
    }
}
