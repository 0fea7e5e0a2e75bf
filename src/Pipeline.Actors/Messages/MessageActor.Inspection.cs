using System.Globalization;
using Pipeline.Storage.Ports;

namespace Pipeline.Actors.Messages;

internal sealed partial class MessageActor : IInspectable
{
    public string Describe()
    {
        List<string> parts = [];
        if (_facts is not { } facts)
        {
            parts.Add(_commit is null ? "is being received" : "accepted by the policy, not stored yet");
            Add(_checks.Where(check => check.Value.Result is null).Select(check => check.Key), "waits for the checks");
            return string.Join("; ", parts);
        }

        parts.Add(string.Create(CultureInfo.InvariantCulture, $"received {facts.ReceivedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
        parts.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{_ledger.Recipients.Count} recipients, {_ledger.Recipients.Count(recipient => recipient.Status == RecipientStatus.Queued)} not done"));
        Add(_inRouting.Keys.Order().Select(ActorNames.Recipient), "waits for the routing of");
        Add(_jobs.Values.GroupBy(job => job.Transport).Select(jobs => $"{jobs.Key} ({jobs.Count()})"), "waits for deliveries by");
        if (_update is not null)
        {
            parts.Add("waits for the store to write");
        }

        if (_closing is not null)
        {
            parts.Add("closing");
        }

        return string.Join("; ", parts);

        void Add(IEnumerable<string> names, string what)
        {
            if (string.Join(", ", names) is { Length: > 0 } text)
            {
                parts.Add($"{what} {text}");
            }
        }
    }
}
