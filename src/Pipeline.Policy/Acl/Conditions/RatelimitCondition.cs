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
            return AclTest.Error(error);
        }

        var measure = limit.Measure ?? RateMeasure.PerMail;
        var counts = limit.Measure is null || CanCount(evaluation.Point, measure);
        if (!counts && limit.Mode is RateLimitMode.Leaky or RateLimitMode.Strict)
        {
            return AclTest.Error(
                $"{RateLimitArguments.Complaint}\"{NameOf(measure)}\" must not have /leaky or /strict option, or cannot be used in {AclPointTraits.Of(evaluation.Point).Name} ACL");
        }

        var happened = Event(evaluation, limit, measure, counts ? limit.Mode ?? RateLimitMode.Leaky : RateLimitMode.ReadOnly);
        var known = Known(evaluation, measure, happened.Mode);
        if (!known.TryGetValue(happened.Key, out var rate))
        {
            try
            {
                rate = await RateLimits.MeasureAsync(evaluation.Engine.Services.Hints, happened, cancellationToken);
            }
            catch (IOException)
            {
                return AclTest.Defer("ratelimit database not available");
            }

            known.Add(happened.Key, rate);
        }

        evaluation.SetVariable("sender_rate", rate.ToString("0.0", CultureInfo.InvariantCulture));
        evaluation.SetVariable("sender_rate_limit", limit.LimitText);
        evaluation.SetVariable("sender_rate_period", limit.PeriodText);
        return AclTest.Of(rate >= limit.Limit);
    }

    private static RateLimitEvent Event(AclEvaluation evaluation, RateLimitArguments limit, RateMeasure measure, RateLimitMode mode)
    {
        var unique = limit.Unique;
        if (unique is null && measure == RateMeasure.PerAddress)
        {
            unique = evaluation.Scope.Address is { } address ? $"{address.LocalPart}@{address.Domain}" : "";
        }

        var key = limit.Key ?? (evaluation.Connection.ClientAddress is { } client ? client.ToString() : "");
        var fullKey = string.Concat(TimeText.Format(limit.Period), "/", unique is null ? "" : "unique/", NameOf(measure), "/", key);
        var count = mode == RateLimitMode.ReadOnly ? 0 : limit.Count ?? DefaultCount(evaluation, measure);
        return new RateLimitEvent(fullKey, limit.Limit, limit.Period, count, mode, unique, evaluation.Scope.Environment.Time.GetUtcNow());
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
        RateMeasure.PerMail or RateMeasure.PerByte => AclPoints.Message.Contains(point),
        RateMeasure.PerRcpt => (AclPoints.Rcpt | AclPoints.Predata | AclPoints.Content | AclPoints.Mime | AclPoints.Dkim).Contains(point),
        RateMeasure.PerAddress => point == AclPoint.Rcpt,
        _ => true,
    };

    // The same rate asked for twice about the same thing is one event. A recipient and a command are new each time; what was only read may be counted later on.
    private static Dictionary<string, double> Known(AclEvaluation evaluation, RateMeasure measure, RateLimitMode mode) => measure switch
    {
        _ when mode == RateLimitMode.ReadOnly => evaluation.Connection.AclState.CommandRates,
        RateMeasure.PerMail or RateMeasure.PerByte => evaluation.Message.AclState.Rates,
        RateMeasure.PerConnection => evaluation.Connection.AclState.Rates,
        _ => evaluation.Connection.AclState.CommandRates,
    };

    private static string NameOf(RateMeasure measure) => measure switch
    {
        RateMeasure.PerMail or RateMeasure.PerByte => "per_mail",
        RateMeasure.PerRcpt or RateMeasure.PerAddress => "per_rcpt",
        RateMeasure.PerCommand => "per_cmd",
        _ => "per_conn",
    };
}
