using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Connectors.Headers;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Tls;

namespace Pipeline.Connectors.Smtp;

/// <summary>The smtp transport: delivers over SMTP and LMTP to the first of the given hosts that will take the message.</summary>
/// <remarks>
/// Sources: RFC 5321, RFC 2033 (LMTP), RFC 2920 (PIPELINING), RFC 1870 (SIZE), RFC 6152 (8BITMIME), RFC 6531 (SMTPUTF8), RFC 3461 (DSN),
/// RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 8689 (REQUIRETLS). Where they leave room, Exim's behaviour.
/// A host at fault (no connection, a refusal before MAIL, 421, a lost connection) passes its recipients on to the next host; a word about
/// the message or a recipient stands. Once the final dot was sent no other host is tried, whatever comes.
/// </remarks>
public sealed class SmtpDeliveryAgent : IDeliveryAgent, IAsyncDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly IMessageSigner? _signer;
    private readonly Func<IPEndPoint, bool> _isThisNode;
    private readonly ILogger _logger;
    private readonly SmtpConnectionPool _pool;
    private readonly SmtpSessionOpener _opener;
    private readonly SmtpClientMetrics _metrics;

    /// <param name="signer">Null: a job that asks for a signature is deferred.</param>
    /// <param name="isThisNode">Whether this node listens there itself; without allow_localhost such hosts are passed over. Null: none does.</param>
    /// <exception cref="ArgumentException">The options have <see cref="SmtpPoolOptions.Problems"/>.</exception>
    public SmtpDeliveryAgent(
        SmtpPoolOptions options,
        TimeProvider timeProvider,
        IMessageSigner? signer = null,
        Func<IPEndPoint, bool>? isThisNode = null,
        ILogger<SmtpDeliveryAgent>? logger = null)
    {
        if (options.Problems() is [var problem, ..])
        {
            throw new ArgumentException(problem, nameof(options));
        }

        _timeProvider = timeProvider;
        _signer = signer;
        _isThisNode = isThisNode ?? (static _ => false);
        _logger = logger ?? NullLogger<SmtpDeliveryAgent>.Instance;
        _pool = new SmtpConnectionPool(options, timeProvider);
        _opener = new SmtpSessionOpener(new CertificateFiles(), timeProvider, Random.Shared);
        _metrics = new SmtpClientMetrics(() => _pool.Count, () => _pool.IdleCount);
    }

    internal SmtpConnectionPool Pool => _pool;

    public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken)
    {
        var settings = job.Transport as SmtpTransportSettings
            ?? throw new ArgumentException($"transport {job.Transport.Name} is not an smtp transport", nameof(job));
        var (message, failure) = await PrepareAsync(job, settings, cancellationToken);
        var report = message is null ? DeliveryReport.ForAll(job.Recipients, failure!) : await TryAsync(job, settings, message, cancellationToken);
        if (message is not null && !job.FallbackHosts.IsEmpty)
        {
            report = await FallBackAsync(job, settings, message, report, cancellationToken);
        }

        _metrics.Done(report);
        return report;
    }

    private ValueTask<DeliveryReport> TryAsync(DeliveryJob job, SmtpTransportSettings settings, OutgoingMessage message, CancellationToken cancellationToken) =>
        new SmtpHostsAttempt(_pool, _opener, _isThisNode, _metrics, _logger, job, settings, message).RunAsync(cancellationToken);

    /// <summary>What waits goes to the hosts behind the hosts; what may have been delivered, or was broken off here, does not.</summary>
    private async ValueTask<DeliveryReport> FallBackAsync(
        DeliveryJob job, SmtpTransportSettings settings, OutgoingMessage message, DeliveryReport report, CancellationToken cancellationToken)
    {
        var waiting = report.Recipients
            .Where(recipient => recipient.Outcome is DeliveryOutcome.Deferred { Failure.Class: not (FailureClass.InDoubt or FailureClass.Interrupted) })
            .Select(recipient => recipient.Index)
            .ToHashSet();
        if (waiting.Count == 0)
        {
            return report;
        }

        var again = job with
        {
            Hosts = job.FallbackHosts,
            FallbackHosts = [],
            Recipients = [.. job.Recipients.Where(recipient => waiting.Contains(recipient.Index))],
        };
        var second = (await TryAsync(again, settings, message, cancellationToken)).Recipients.ToDictionary(recipient => recipient.Index);
        return new DeliveryReport([.. report.Recipients.Select(recipient => second.GetValueOrDefault(recipient.Index, recipient))]);
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _metrics.Dispose();
    }

    private async ValueTask<(OutgoingMessage? Message, DeliveryOutcome? Failure)> PrepareAsync(
        DeliveryJob job, SmtpTransportSettings settings, CancellationToken cancellationToken)
    {
        var header = HeaderEdits.Apply(job, _timeProvider.GetUtcNow());
        if (!settings.Dkim.IsEmpty || settings.Arc is not null)
        {
            var signing = await SignAsync(header, job, settings, cancellationToken);
            if (signing.Failure is { } problem)
            {
                return (null, new DeliveryOutcome.Deferred(
                    new DeliveryFailure { Class = FailureClass.Local, Reason = "the message could not be signed", Internal = problem }));
            }

            if (!signing.Fields.IsEmpty)
            {
                header = (byte[])[.. signing.Fields.Span, .. header.Span];
            }
        }

        var message = OutgoingMessage.Of(job, header);
        return MessageLimits.Check(settings, message) is { } failure ? (null, new DeliveryOutcome.Failed(failure)) : (message, null);
    }

    private async ValueTask<MessageSigning> SignAsync(
        ReadOnlyMemory<byte> header, DeliveryJob job, SmtpTransportSettings settings, CancellationToken cancellationToken)
    {
        if (_signer is null)
        {
            return new MessageSigning(default, "no signer is configured");
        }

        try
        {
            return await _signer.SignAsync(header, job.ContentToDeliver, settings, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new MessageSigning(default, "interrupted");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MessageSigning(default, $"the body cannot be read: {e.Message}");
        }
    }
}
