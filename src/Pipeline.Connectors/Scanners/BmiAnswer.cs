using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Mail.Scanning;
using Pipeline.Policy.Expansion;

namespace Pipeline.Connectors.Scanners;

/// <summary>Reads the answer of a verdict server (docs/verdict-protocol.md). Members that are not known are passed over.</summary>
internal static class BmiAnswer
{
    public const int MaxBytes = 512 * 1024;

    private const int MaxVerdicts = 10_000;
    private const int MaxLocation = 4096;
    private const int MaxRules = 1000;
    private const int MaxProblem = 500;

    /// <param name="asked">The recipients of the question; verdicts about others are not kept.</param>
    /// <param name="problem">What is wrong with it; empty when nothing is.</param>
    /// <returns>The verdicts in the order of the answer; default with a problem.</returns>
    public static ImmutableArray<BmiVerdict> Parse(ReadOnlySpan<byte> json, IReadOnlySet<string> asked, out string problem)
    {
        try
        {
            var answer = JsonSerializer.Deserialize(json, BmiAnswerJson.Default.WrittenAnswer);
            problem = answer switch
            {
                { Verdicts: not { Length: <= MaxVerdicts } } or null => $"an answer has the member \"verdicts\", a list of {MaxVerdicts} at most",
                _ => answer.Verdicts.Select(ProblemOf).FirstOrDefault(found => found is not null) ?? "",
            };
            return problem.Length > 0 ? default : [.. answer!.Verdicts!.Select(verdict => Read(verdict!, asked)).Where(verdict => !verdict.Recipients.IsEmpty)];
        }
        catch (JsonException error)
        {
            problem = $"what it answers cannot be read: {error.Message}";
            return default;
        }
    }

    private static string? ProblemOf(WrittenBmiVerdict? verdict) => verdict switch
    {
        { Recipients: not { Length: > 0 } } or null => "a verdict names its recipients",
        _ when verdict.Recipients.Contains(null) => "a recipient is a text",
        { Location.Length: > MaxLocation } => $"a location has {MaxLocation} characters at most",
        { Location: { } location } when location.Any(static c => char.IsControl(c) && c is not ('\t' or '\n')) => "a location has no control characters but tabs and line feeds",
        { Problem.Length: > MaxProblem } => $"a problem has {MaxProblem} characters at most",
        { Rules: { } rules } when rules.Length > MaxRules || rules.Any(static rule => rule <= 0) => $"rules are numbers greater than zero, {MaxRules} at most",
        _ => null,
    };

    private static BmiVerdict Read(WrittenBmiVerdict verdict, IReadOnlySet<string> asked) => new(
        [.. verdict.Recipients!.Select(static recipient => OctetString.FromText(recipient!)).Where(asked.Contains)],
        verdict.Deliver ?? true,
        string.IsNullOrEmpty(verdict.Location) ? null : OctetString.FromText(verdict.Location),
        [.. verdict.Rules ?? []],
        verdict.Problem is null ? null : OctetString.FromText(verdict.Problem));
}

internal sealed record WrittenAnswer(WrittenBmiVerdict?[]? Verdicts);

/// <param name="Deliver">True when it is not said.</param>
internal sealed record WrittenBmiVerdict(string?[]? Recipients, bool? Deliver, string? Location, int[]? Rules, string? Problem);

[JsonSerializable(typeof(WrittenAnswer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 8)]
internal sealed partial class BmiAnswerJson : JsonSerializerContext;
