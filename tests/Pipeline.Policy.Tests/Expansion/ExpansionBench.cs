using Pipeline.Mail.Dns;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tests.Expansion;

/// <summary>An empty message, and what expansions and lists say about it.</summary>
internal sealed class ExpansionBench
{
    public ExpansionBench(MailPolicy? policy = null, IDnsResolver? dns = null, TimeProvider? time = null) => Scope = new EvaluationScope
    {
        Environment = new PolicyEnvironment
        {
            Policy = policy ?? new MailPolicy(),
            Time = time ?? new FixedTime(),
            Dns = dns ?? new ScriptedDns(),
            PrimaryHostname = "mx.example.com",
            Log = new SilentLog(),
        },
        Connection = new ConnectionScope(),
        Message = new MessageScope(),
    };

    public EvaluationScope Scope { get; init; }

    public async Task<ExpansionResult> ExpandAsync(string text) => await StringExpansion.Compile(text).ExpandAsync(Scope, CancellationToken.None);

    /// <summary>What <c>-be</c> prints.</summary>
    public async Task<string> PrintAsync(string text)
    {
        var result = await ExpandAsync(text);
        return result.IsSuccess ? result.Value : $"Failed: {result.Message}";
    }

    internal sealed class SilentLog : IPolicyLog
    {
        public void Write(PolicyLogTarget target, string line)
        {
        }
    }

    /// <summary>2026-11-22 05:50:16 UTC, for ever.</summary>
    internal sealed class FixedTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 11, 22, 5, 50, 16, TimeSpan.Zero);
    }
}
