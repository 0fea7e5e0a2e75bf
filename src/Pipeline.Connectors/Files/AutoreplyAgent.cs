using System.Globalization;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Mail.Message;
using Pipeline.Mail.Reply;

namespace Pipeline.Connectors.Files;

/// <summary>The autoreply transport: decides whether a reply is sent, and hands it back with its report.</summary>
/// <remarks>
/// The reply is accepted in the commit that records the delivery, so that neither is without the other. Nothing is sent in answer to a message with the
/// null return path or one that says it was made by a program (RFC 3834 section 2): a reply that is replied to would never end.
/// </remarks>
public sealed class AutoreplyAgent(BlockingIoPool io, TimeProvider time) : IDeliveryAgent
{
    private readonly OnceRecord _once = new(io, time);

    public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken)
    {
        var settings = (AutoreplyTransportSettings)job.Transport;
        var (outcome, isSent) = await ReplyAsync(job, settings, cancellationToken);
        return new DeliveryReport([.. job.Recipients.Select((recipient, i) =>
            new RecipientReport(recipient.Index, outcome) { Reply = isSent && i == 0 ? settings.Reply : null })]);
    }

    private async ValueTask<(DeliveryOutcome Outcome, bool IsSent)> ReplyAsync(
        DeliveryJob job, AutoreplyTransportSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Reply is not { } reply)
        {
            return (DeliveryOutcome.Delivered.Locally("no reply: nobody to send it to"), false);
        }

        if (job.Sender.IsNull || IsAutomatic(job.Content.HeaderBlock))
        {
            return (DeliveryOutcome.Delivered.Locally("no reply to an automatic message"), false);
        }

        try
        {
            if (job.BeforeFinalStep is { } mayFinish && !await mayFinish(cancellationToken))
            {
                return (FileFailure.Interrupted(), false);
            }

            if (settings.Once is not null && !await _once.TryNoteAsync(settings, job.MessageId, cancellationToken))
            {
                return (DeliveryOutcome.Delivered.Locally($"no reply: one was sent to {string.Join(", ", settings.OnceAddresses)} before"), false);
            }

            if (settings.Log is { } log)
            {
                await io.RunAsync(() => Note(log, settings.Mode, job.MessageId, reply), cancellationToken);
            }

            return (DeliveryOutcome.Delivered.Locally(""), true);
        }
        catch (Exception exception) when (FileFailure.IsFileError(exception))
        {
            return (FileFailure.Local("no reply can be sent at present", exception.Message), false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (FileFailure.Interrupted(), false);
        }
    }

    private static bool IsAutomatic(ReadOnlyMemory<byte> header)
    {
        var text = Encoding.Latin1.GetString(HeaderFields.FindText(header, "Auto-Submitted"u8)).Trim();
        return text.Length > 0 && !text.Split(';', ' ', '(')[0].Equals("no", StringComparison.OrdinalIgnoreCase);
    }

    private void Note(string path, UnixFileMode mode, MessageId message, AutomaticReply reply)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss} {message} To: {reply.To} Subject: {reply.Subject}");
        using var file = Posix.OpenExisting(path) ?? Posix.CreateNew(path, mode);
        RandomAccess.Write(file, Encoding.Latin1.GetBytes(string.Concat(line.Select(c => c is < ' ' ? ' ' : c)) + "\n"), RandomAccess.GetLength(file));
    }
}
