using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl;

/// <summary>Runs ACLs. Immutable but for a cache of ACLs that were written in place or stand in files; safe for concurrent use.</summary>
public sealed class AclEngine(AclProgram program, AclServices services) : IAclCaller
{
    /// <summary>Texts and files remembered in parsed form.</summary>
    private const int MaxCachedTexts = 1024;

    private const string Inline = "inline ACL";

    private const long MaxAclFileBytes = 1024 * 1024;

    private readonly ConcurrentDictionary<string, ParsedText> _texts = new(StringComparer.Ordinal);

    public AclServices Services { get; } = services;

    /// <summary>Runs the ACL that an option names.</summary>
    /// <param name="acl">The option's value: expands to a name, an absolute path, or the text of an ACL. Null when the option is not set.</param>
    public async ValueTask<AclOutcome> RunAsync(AclPoint point, ExpandableString? acl, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var outer = scope.Transient.AclPoint;
        scope.Transient.AclPoint = point;
        try
        {
            return await RunAtAsync(point, acl, scope, cancellationToken);
        }
        finally
        {
            scope.Transient.AclPoint = outer;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<AclCallResult> CallAsync(EvaluationScope scope, string acl, IReadOnlyList<ExpandedText> arguments, CancellationToken cancellationToken)
    {
        var evaluation = new AclEvaluation(this, scope.Transient.AclPoint, scope);
        var outer = scope.Transient.AclArguments;
        scope.Transient.AclArguments = [.. arguments];
        try
        {
            var decision = await CheckAsync(evaluation, acl, new SourceLocation("expansion", 0), cancellationToken);
            var outcome = decision.Verdict switch
            {
                AclVerdict.Accept or AclVerdict.Discard => AclCallOutcome.Accept,
                AclVerdict.Deny or AclVerdict.Drop => AclCallOutcome.Deny,
                AclVerdict.Defer => AclCallOutcome.Defer,
                _ => AclCallOutcome.Error,
            };
            return new AclCallResult(outcome, evaluation.UserMessage);
        }
        finally
        {
            scope.Transient.AclArguments = outer;
        }
    }

    /// <summary>Whether an ACL must not be run because its name, or its text, is a peer's choice; then the evaluation says why.</summary>
    internal static bool Refuses(AclEvaluation evaluation, ExpansionResult acl, string source)
    {
        if (acl.Text.Taint == Taint.None)
        {
            return false;
        }

        var complaint = $"attempt to use tainted ACL text \"{acl.Value}\"";
        if (!evaluation.Scope.Environment.Tainting.Refuses(evaluation.Scope, acl.Text.Taint, source, complaint))
        {
            return false;
        }

        evaluation.LogMessage = complaint;
        return true;
    }

    internal bool IsNamed(string acl) => program.Find(acl) is not null;

    /// <summary>Runs an ACL by name, path or text.</summary>
    internal async ValueTask<AclDecision> CheckAsync(AclEvaluation evaluation, string acl, SourceLocation caller, CancellationToken cancellationToken)
    {
        if (evaluation.Depth >= AclEvaluation.MaxDepth)
        {
            evaluation.LogMessage = "ACL nested too deep: possible loop";
            return new AclDecision(AclVerdict.Error);
        }

        var (statements, error) = await FindStatementsAsync(acl, caller, cancellationToken);
        if (error is not null)
        {
            evaluation.LogMessage = error;
            return new AclDecision(AclVerdict.Error);
        }

        var outer = evaluation.Statement;
        var title = TitleOf(acl);
        evaluation.Depth++;
        try
        {
            if (title != Inline)
            {
                evaluation.Trace($"using {title}");
            }

            foreach (var statement in statements)
            {
                if (await StatementRunner.RunAsync(evaluation, statement, title, cancellationToken) is { } verdict)
                {
                    return new AclDecision(verdict, statement);
                }
            }

            evaluation.Trace($"end of {title}: implicit DENY");
        }
        finally
        {
            evaluation.Depth--;
            evaluation.Statement = outer;
        }

        return new AclDecision(AclVerdict.Deny);
    }

    private async ValueTask<AclOutcome> RunAtAsync(
        AclPoint point, ExpandableString? acl, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var traits = AclPointTraits.Of(point);
        var evaluation = new AclEvaluation(this, point, scope);
        if (acl is null)
        {
            if (traits.Unset == AclVerdict.Deny)
            {
                scope.TraceOf(PolicyTopics.Acl)?.Write(PolicyTopics.Acl, "ACL is NULL: implicit DENY");
            }

            return AclOutcomeBuilder.Build(evaluation, new AclDecision(traits.Unset));
        }

        var name = await acl.ExpandAsync(scope, cancellationToken);
        if (name.Outcome == ExpansionOutcome.ForcedFailure)
        {
            return AclOutcomeBuilder.Build(evaluation, new AclDecision(AclVerdict.Accept));
        }

        if (!name.IsSuccess)
        {
            evaluation.LogMessage = $"failed to expand ACL string \"{acl.Source}\": {name.Message}";
            return AclOutcomeBuilder.Build(evaluation, new AclDecision(name.Outcome == ExpansionOutcome.Deferred ? AclVerdict.Defer : AclVerdict.Error));
        }

        if (Refuses(evaluation, name, acl.Source))
        {
            return AclOutcomeBuilder.Build(evaluation, new AclDecision(AclVerdict.Error));
        }

        var decision = await CheckAsync(evaluation, name.Value, new SourceLocation(traits.Option, 0), cancellationToken);
        if (decision.Verdict is not (AclVerdict.Accept or AclVerdict.Error) && point is AclPoint.Quit or AclPoint.NotQuit)
        {
            evaluation.LogMessage = $"QUIT or not-QUIT toplevel ACL may not fail ('{decision.Deciding?.Verb.Word ?? "implicit deny"}' verb used incorrectly)";
            decision = decision with { Verdict = AclVerdict.Error };
        }

        return AclOutcomeBuilder.Build(evaluation, decision);
    }

    /// <summary>How a test session is told of an ACL.</summary>
    private string TitleOf(string acl) => acl.Trim() is var name && (program.Find(name) is not null || IsPath(name)) ? $"ACL \"{name}\"" : Inline;

    private static bool IsPath(string name) => name.StartsWith('/') && !name.Any(char.IsWhiteSpace);

    private async ValueTask<ParsedText> FindStatementsAsync(string acl, SourceLocation caller, CancellationToken cancellationToken)
    {
        var name = acl.Trim();
        if (program.Find(name) is { } named)
        {
            return new ParsedText(named.Statements, null);
        }

        if (_texts.TryGetValue(acl, out var known))
        {
            return known;
        }

        var parsed = IsPath(name)
            ? await ParseFileAsync(name, cancellationToken)
            : ParseText("inline", AclParser.Lines(acl, caller));
        if (_texts.Count < MaxCachedTexts)
        {
            _texts.TryAdd(acl, parsed);
        }

        return parsed;
    }

    private static async ValueTask<ParsedText> ParseFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaxAclFileBytes)
            {
                return new ParsedText([], $"ACL file {path} is longer than {MaxAclFileBytes} octets");
            }

            var octets = OctetString.FromBytes(await File.ReadAllBytesAsync(path, cancellationToken));
            return ParseText(path, AclFileLines.Read(octets, path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new ParsedText([], $"failed to open ACL file \"{path}\": {exception.Message}");
        }
    }

    private static ParsedText ParseText(string name, ImmutableArray<LogicalLine> lines)
    {
        var problems = new List<ConfigurationProblem>();
        var statements = AclParser.Parse(name, lines, problems);
        return problems.Count > 0 ? new ParsedText([], problems[0].ToString()) : new ParsedText(statements, null);
    }

    private readonly record struct ParsedText(ImmutableArray<AclStatement> Statements, string? Error);
}

/// <param name="Deciding">Null for the implicit deny, and where no statement was reached.</param>
internal readonly record struct AclDecision(AclVerdict Verdict, AclStatement? Deciding = null);
