using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Faults;

namespace Pipeline.Connectors.Files;

/// <summary>Mailstore: a message is <c>name.msg</c>, its envelope <c>name.env</c>, which appears last and means that both are there.</summary>
/// <remarks>The name is the same at every attempt. A repeat that finds the envelope has nothing to do; without it both files are written anew.</remarks>
internal sealed class MailstoreStore(BlockingIoPool io)
{
    public async ValueTask<StoreResult> StoreAsync(
        DeliveryJob job, AppendfileTransportSettings settings, MailboxRecord record, CancellationToken cancellationToken)
    {
        var folder = settings.Path.TrimEnd('/');
        var (message, envelope) = ($"{folder}/{settings.FileName}.msg", $"{folder}/{settings.FileName}.env");
        if (job.InDoubt && await io.RunAsync(() => File.Exists(envelope), cancellationToken))
        {
            Crash.At(CrashPoint.TakeoverMaildirFound);
            return DeliveryOutcome.Delivered.Locally(message);
        }

        if (await io.RunAsync(() => MailboxDirectory.Prepare(settings, folder), cancellationToken) is { } problem)
        {
            return problem;
        }

        var (used, files) = await io.RunAsync(() => QuotaCheck.Measure(settings), cancellationToken);
        var (temporary, temporaryEnvelope) = (MessageFile.TemporaryName(message), $"{MessageFile.TemporaryName(envelope)}.tmp");
        try
        {
            await MessageFile.WriteAsync(io, temporaryEnvelope, settings.Mode, Envelope(job, settings), cancellationToken);
            var size = await MessageFile.WriteAsync(io, temporary, settings.Mode, record.ReadAsync(cancellationToken), cancellationToken);
            var verdict = QuotaCheck.Judge(settings.Quota, used, files, size, message);
            if (verdict.Failure is { } full)
            {
                return full;
            }

            if (job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken))
            {
                return FileFailure.Interrupted();
            }

            return new StoreResult(await io.RunAsync(() => Publish(folder, (temporary, message), (temporaryEnvelope, envelope)), CancellationToken.None), verdict.Warns);
        }
        finally
        {
            await io.RunAsync(() => Remove(temporary, temporaryEnvelope), CancellationToken.None);
        }
    }

    // The message has its name for good before the envelope says so.
    private static DeliveryOutcome Publish(string folder, (string From, string To) message, (string From, string To) envelope)
    {
        File.Move(message.From, message.To, overwrite: true);
        Posix.FlushDirectory(folder);
        File.Move(envelope.From, envelope.To, overwrite: true);
        return MessageFile.Publish(folder, message.To);
    }

    private static void Remove(string message, string envelope)
    {
        File.Delete(message);
        File.Delete(envelope);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Envelope(DeliveryJob job, AppendfileTransportSettings settings)
    {
        var text = new StringBuilder(settings.EnvelopePrefix);
        EndLine(text);
        text.Append(Octets(job.ReturnPath.ToString())).Append('\n');
        foreach (var recipient in job.Recipients)
        {
            text.Append(Octets(recipient.Address.ToString())).Append('\n');
        }

        text.Append(settings.EnvelopeSuffix);
        EndLine(text);
        yield return Encoding.Latin1.GetBytes(text.ToString());
        await Task.CompletedTask;
    }

    private static string Octets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static void EndLine(StringBuilder text)
    {
        if (text.Length > 0 && text[^1] != '\n')
        {
            text.Append('\n');
        }
    }
}
