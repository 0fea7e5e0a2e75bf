using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Connectors.Headers;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Tls;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Smtp;

/// <summary>The lmtp transport: LMTP (RFC 2033) with a program or a Unix socket of this machine. Each job has a session of its own.</summary>
/// <remarks>What is said and what it means is as with the smtp transport; each recipient has its own reply behind the message.</remarks>
public sealed class LmtpAgent : IDeliveryAgent
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SmtpSessionOpener _opener;

    public LmtpAgent(TimeProvider time, ILogger<LmtpAgent>? logger = null)
    {
        _time = time;
        _logger = logger ?? NullLogger<LmtpAgent>.Instance;
        _opener = new SmtpSessionOpener(new CertificateFiles(), time, Random.Shared);
    }

    public async ValueTask<DeliveryReport> DeliverAsync(DeliveryJob job, CancellationToken cancellationToken)
    {
        var lmtp = (LmtpTransportSettings)job.Transport;
        var settings = Session(lmtp);
        var message = OutgoingMessage.Of(job, HeaderEdits.Apply(job, _time.GetUtcNow()));
        return MessageLimits.Check(settings, message) is { } failure
            ? DeliveryReport.ForAll(job.Recipients, new DeliveryOutcome.Failed(failure))
            : await new LmtpAttempt(_opener, _time, _logger, job, lmtp, settings, message).RunAsync(cancellationToken);
    }

    private static SmtpTransportSettings Session(LmtpTransportSettings lmtp) => new(lmtp.Name)
    {
        Protocol = SmtpDialect.Lmtp,
        HeloData = new HeloData(lmtp.HeloData),
        ConnectTimeout = lmtp.Timeout,
        CommandTimeout = lmtp.Timeout,
        DataTimeout = lmtp.Timeout,
        FinalTimeout = lmtp.Timeout,
        MaxRecipients = 0,
        ConnectionMaxMessages = 0,
        MessageLineLengthLimit = 0,
        LmtpIgnoreQuota = lmtp.IgnoreQuota,
        MessageSizeLimit = lmtp.MessageSizeLimit,
    };
}
