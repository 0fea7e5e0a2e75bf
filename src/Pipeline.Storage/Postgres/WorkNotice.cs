using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Postgres;

/// <summary>What nodes tell each other through <c>NOTIFY</c>: the stages of which work has become claimable.</summary>
internal static class WorkNotice
{
    public const string Channel = "mailpipeline_work";

    private const char Route = 'r';
    private const char Deliver = 'd';

    public static string Of(IReadOnlySet<QueueStage> stages) =>
        (stages.Contains(QueueStage.ToRoute) ? "r" : "") + (stages.Contains(QueueStage.ToDeliver) ? "d" : "");

    public static IEnumerable<QueueStage> Read(string payload)
    {
        if (payload.Contains(Route))
        {
            yield return QueueStage.ToRoute;
        }

        if (payload.Contains(Deliver))
        {
            yield return QueueStage.ToDeliver;
        }
    }
}
