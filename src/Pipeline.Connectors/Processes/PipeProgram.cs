using System.Collections.Immutable;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Processes;

namespace Pipeline.Connectors.Processes;

/// <summary>The program that a pipe transport runs for the recipients of a job.</summary>
internal static class PipeProgram
{
    public const string DefaultPath = "/bin:/usr/bin";

    private static readonly string[] OfOneRecipient = ["LOCAL_PART", "LOCAL_PART_PREFIX", "LOCAL_PART_SUFFIX", "LOGNAME", "USER", "RECIPIENT"];

    public static ProcessStart Of(DeliveryJob job, PipeTransportSettings settings) => new()
    {
        Arguments = [.. Arguments(job, settings.Command)],
        Environment = job.Recipients.Length == 1 ? settings.Environment : Shared(job.Recipients, settings.Environment),
        Directory = settings.Directory,
        Umask = settings.Umask,
    };

    public static IEnumerable<string> Arguments(DeliveryJob job, ImmutableArray<string?> command)
    {
        foreach (var argument in command)
        {
            if (argument is not null)
            {
                yield return argument;
                continue;
            }

            foreach (var recipient in job.Recipients)
            {
                yield return OctetString.FromText(recipient.Address.ToString());
            }
        }
    }

    private static ImmutableDictionary<string, string> Shared(ImmutableArray<DeliveryRecipient> recipients, ImmutableDictionary<string, string> environment)
    {
        var shared = environment.RemoveRange(OfOneRecipient);
        return recipients.All(recipient => string.Equals(recipient.Address.Domain, recipients[0].Address.Domain, StringComparison.OrdinalIgnoreCase))
            ? shared
            : shared.Remove("DOMAIN");
    }
}
