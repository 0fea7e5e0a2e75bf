using Pipeline.Connectors.Ports;
using Pipeline.Mail.Reply;

namespace Pipeline.Connectors.Delivery;

/// <summary>Hands a message that was delivered to the shadow transport as well.</summary>
/// <remarks>
/// A repeat after a crash delivers to both again, and both look for what is there. The shadow has no shadow of its own, and what it says of its delivery changes
/// nothing but a word in the log; an automatic reply that it makes is sent.
/// </remarks>
public static class ShadowDelivery
{
    /// <param name="report">Of the transport itself.</param>
    /// <returns>The same report, with a note of the shadow for each recipient that was delivered to.</returns>
    public static async ValueTask<DeliveryReport> FollowAsync(
        DeliveryJob job, DeliveryReport report, Func<DeliveryJob, CancellationToken, ValueTask<DeliveryReport>> deliver, CancellationToken cancellationToken)
    {
        var delivered = report.Recipients.Where(recipient => recipient.Outcome is DeliveryOutcome.Delivered).Select(recipient => recipient.Index).ToHashSet();
        if (job.Transport.Shadow is not { } shadow || delivered.Count == 0)
        {
            return report;
        }

        if (shadow.Settings is not { } settings)
        {
            return Noted(report, delivered, _ => (Note(shadow, shadow.Problem), null));
        }

        var again = job with
        {
            Transport = settings with { Shadow = null },
            Hosts = [],
            Recipients = [.. job.Recipients.Where(recipient => delivered.Contains(recipient.Index))],
        };
        var followed = (await deliver(again, cancellationToken)).Recipients.ToDictionary(recipient => recipient.Index);
        return Noted(report, delivered, index => (Note(shadow, ProblemOf(followed[index].Outcome)), followed[index].Reply));
    }

    private static DeliveryReport Noted(DeliveryReport report, HashSet<int> delivered, Func<int, (string Note, AutomaticReply? Reply)> follow) => new(
    [
        .. report.Recipients.Select(recipient =>
        {
            if (!delivered.Contains(recipient.Index))
            {
                return recipient;
            }

            var (note, reply) = follow(recipient.Index);
            return recipient with { Shadow = note, Reply = recipient.Reply ?? reply };
        }),
    ]);

    private static string Note(ShadowTransport shadow, string problem) => problem.Length == 0 ? shadow.Name : $"{shadow.Name} ({problem})";

    private static string ProblemOf(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Deferred deferred => deferred.Failure.Internal ?? deferred.Failure.Reason,
        DeliveryOutcome.Failed failed => failed.Failure.Internal ?? failed.Failure.Reason,
        _ => "",
    };
}
