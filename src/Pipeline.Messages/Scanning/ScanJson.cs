using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Mail.Scanning;

namespace Pipeline.Messages.Scanning;

/// <summary>The octets of questions and answers.</summary>
public static class ScanJson
{
    private const string MalwareKind = "malware";
    private const string DccKind = "dcc";
    private const string BmiKind = "bmi";
    private const string Incomplete = "a question without all that it needs";

    public static byte[] Write(ScanQuestion question) => [.. JsonSerializer.SerializeToUtf8Bytes(question, ScanJsonContext.Default.ScanQuestion), (byte)'\n'];

    /// <param name="by">The node that answers.</param>
    public static byte[] Write(ScanOutcome outcome, string by) => JsonSerializer.SerializeToUtf8Bytes(
        outcome switch
        {
            ScanOutcome.Scanned scanned => new ScanAnswer(
                ScanQuestion.CurrentForm, $"{by}, {scanned.By}", scanned.Verdict.Score, scanned.Verdict.Threshold, scanned.Verdict.Report, null, scanned.Verdict.Proposal),
            ScanOutcome.Examined examined => new ScanAnswer(
                ScanQuestion.CurrentForm, $"{by}, {examined.By}", null, null, null, null, Malware: examined.Malware ?? ""),
            ScanOutcome.Counted counted => new ScanAnswer(ScanQuestion.CurrentForm, $"{by}, {counted.By}", null, null, null, null, Dcc: counted.Verdict),
            ScanOutcome.Judged judged => new ScanAnswer(ScanQuestion.CurrentForm, $"{by}, {judged.By}", null, null, null, null, Bmi: judged.Verdicts),
            _ => new ScanAnswer(ScanQuestion.CurrentForm, by, null, null, null, outcome.Problem),
        },
        ScanJsonContext.Default.ScanAnswer);

    /// <param name="line">With or without its end.</param>
    /// <param name="problem">What is wrong with it; empty when nothing is.</param>
    /// <returns>Null with a problem.</returns>
    public static ScanQuestion? ReadQuestion(ReadOnlySpan<byte> line, out string problem)
    {
        problem = "";
        try
        {
            var question = line.Length > ScanQuestion.MaxLineBytes ? null : JsonSerializer.Deserialize(line, ScanJsonContext.Default.ScanQuestion);
            problem = question switch
            {
                null => "not a question",
                { Form: not ScanQuestion.CurrentForm } => $"a question in form {question.Form}; this program understands {ScanQuestion.CurrentForm}",
                { Kind: not null } asked when KindOf(asked) is null => $"a scan for {asked.Kind}, which is not done here",
                { Message: null } or { User: null } or { Servers: null } or { Size: < 0 } or { DeadlineMs: <= 0 } => Incomplete,
                { Envelope: { } envelope } when envelope.Sender is null || envelope.Recipients.IsDefault || envelope.Recipients.Contains(null!) => Incomplete,
                _ => "",
            };
            return problem.Length == 0 ? question : null;
        }
        catch (JsonException error)
        {
            problem = $"not a question: {error.Message}";
            return null;
        }
    }

    /// <summary>Null for one that this program does not know.</summary>
    public static ScanKind? KindOf(ScanQuestion question) => question.Kind switch
    {
        null => ScanKind.Spam,
        MalwareKind => ScanKind.Malware,
        DccKind => ScanKind.Dcc,
        BmiKind => ScanKind.Bmi,
        _ => null,
    };

    /// <summary>How a question names the kind of a scan.</summary>
    public static string? NameOf(ScanKind kind) => kind switch
    {
        ScanKind.Malware => MalwareKind,
        ScanKind.Dcc => DccKind,
        ScanKind.Bmi => BmiKind,
        _ => null,
    };

    private static bool IsWhole(BmiVerdict? verdict) => verdict is { Recipients.IsDefault: false, Rules.IsDefault: false } && !verdict.Recipients.Contains(null!);

    /// <param name="from">The node that was asked.</param>
    public static ScanOutcome ReadAnswer(ReadOnlySpan<byte> json, string from)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ScanJsonContext.Default.ScanAnswer) switch
            {
                { Form: ScanQuestion.CurrentForm, Score: { } score, Threshold: { } threshold } answer =>
                    new ScanOutcome.Scanned(new SpamVerdict(score, threshold, answer.Report ?? "", answer.Proposal), answer.By ?? from),
                { Form: ScanQuestion.CurrentForm, Malware: { } malware } answer => new ScanOutcome.Examined(malware.Length == 0 ? null : malware, answer.By ?? from),
                { Form: ScanQuestion.CurrentForm, Dcc: { Header: not null, Reply: not null } verdict } answer => new ScanOutcome.Counted(verdict, answer.By ?? from),
                { Form: ScanQuestion.CurrentForm, Bmi: { IsDefault: false } verdicts } answer when verdicts.All(IsWhole) => new ScanOutcome.Judged(verdicts, answer.By ?? from),
                { Form: ScanQuestion.CurrentForm } answer => new ScanOutcome.Failed($"{from}: {answer.Reason ?? "no reason given"}"),
                _ => new ScanOutcome.Failed($"{from} answers in a form that is not known"),
            };
        }
        catch (JsonException error)
        {
            return new ScanOutcome.Failed($"{from}: what it answers cannot be read: {error.Message}");
        }
    }
}

[JsonSerializable(typeof(ScanQuestion))]
[JsonSerializable(typeof(ScanAnswer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ScanJsonContext : JsonSerializerContext;
