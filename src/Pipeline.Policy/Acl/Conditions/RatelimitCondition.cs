using System.Globalization;
using Pipeline.Policy.Acl.RateLimiting;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>ratelimit =</c>: true when events come faster than the limit.</summary>
internal sealed class RatelimitCondition() : AclCondition("ratelimit")
{
    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (RateLimitArguments.Parse(argument, out var error) is not { } limit)
        {
            return AclTest.Error($"{error} (in \"{argument}\")");
        }

        var happened = Event(evaluation, limit);
        var known = Memory(evaluation, limit.Measure);
        if (known is null || !known.TryGetValue(happened.Key, out var rate))
        {
            rate = await evaluation.Engine.Services.RateLimits.MeasureAsync(happened, cancellationToken);
            if (happened.Mode != RateLimitMode.ReadOnly)
            {
                known?.Add(happened.Key, rate);
            }
        }

        evaluation.SetVariable("sender_rate", rate.ToString("0.0", CultureInfo.InvariantCulture));
        evaluation.SetVariable("sender_rate_limit", limit.LimitText);
        evaluation.SetVariable("sender_rate_period", TimeText.Format(limit.Period));
        return AclTest.Of(rate >= limit.Limit);
    }

    private static RateLimitEvent Event(AclEvaluation evaluation, RateLimitArguments limit)
    {
        var unique = limit.Unique;
        if (unique is null && limit.Measure == RateMeasure.PerAddress)
        {
            unique = evaluation.Scope.Address is { } address ? $"{address.LocalPart}@{address.Domain}" : "";
        }

        var key = limit.Key ?? (evaluation.Connection.ClientAddress is { } client ? client.ToString() : "");
        var fullKey = string.Concat(TimeText.Format(limit.Period), "/", unique is null ? "" : "unique/", NameOf(limit.Measure), "/", key);
        var mode = CanCount(evaluation.Point, limit.Measure) ? limit.Mode : RateLimitMode.ReadOnly;
        return new RateLimitEvent(fullKey, limit.Limit, limit.Period, limit.Count ?? DefaultCount(evaluation, limit.Measure), mode, unique, evaluation.Scope.Environment.Time.GetUtcNow());
    }

    private static double DefaultCount(AclEvaluation evaluation, RateMeasure measure) => measure switch
    {
        RateMeasure.PerByte => Math.Max(0, evaluation.Message.Size),

        // After the data a message stands for all its recipients.
        RateMeasure.PerRcpt when evaluation.Point != AclPoint.Rcpt => evaluation.Message.Recipients.Count,
        _ => 1,
    };

    // A message is counted where it exists; elsewhere the rate is only read.
    private static bool CanCount(AclPoint point, RateMeasure measure) => measure switch
    {
        RateMeasure.PerMail or RateMeasure.PerByte => AclPoints.Message.Contains(point) || point == AclPoint.NotSmtpStart,
        RateMeasure.PerRcpt => (AclPoints.Rcpt | AclPoints.Predata | AclPoints.Content | AclPoints.Mime | AclPoints.Dkim).Contains(point),
        _ => true,
    };

    // The same rate asked for twice about the same thing is one event. A recipient and a command are new each time.
    private static Dictionary<string, double>? Memory(AclEvaluation evaluation, RateMeasure measure) => measure switch
    {
        RateMeasure.PerMail or RateMeasure.PerByte => evaluation.Message.AclState.Rates,
        RateMeasure.PerConnection => evaluation.Connection.AclState.Rates,
        RateMeasure.PerRcpt when evaluation.Point != AclPoint.Rcpt => evaluation.Message.AclState.Rates,
        _ => null,
    };

    private static string NameOf(RateMeasure measure) => measure switch
    {
        RateMeasure.PerMail => "per_mail",
        RateMeasure.PerRcpt or RateMeasure.PerAddress => "per_rcpt",
        RateMeasure.PerByte => "per_byte",
        RateMeasure.PerCommand => "per_cmd",
        _ => "per_conn",
    };
}
