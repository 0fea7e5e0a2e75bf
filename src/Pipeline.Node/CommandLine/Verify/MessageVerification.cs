using System.Buffers;
using System.Collections.Immutable;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Message;
using Pipeline.Mail.Spf;

namespace Pipeline.Node.CommandLine.Verify;

/// <summary>Runs the checks of the receiving side on a stored message.</summary>
internal sealed class MessageVerification
{
    private readonly DkimKeyCache _keys = new();

    public async ValueTask<VerifyOutcome> RunAsync(VerifyCase request, CancellationToken cancellationToken)
    {
        var time = new FixedClock(request.At);
        var spf = request.Client is null
            ? null
            : await new SpfChecker(time).CheckAsync(
                new SpfRequest { Client = request.Client, Helo = request.Helo, Sender = request.MailFrom },
                request.Dns,
                cancellationToken);
        if (request.Message is null)
        {
            return new VerifyOutcome(spf, []);
        }

        var message = LineEnds.ToWireForm(request.Message);
        if (HeaderBlock.Parse(message, HeaderLimits.Default, out var header, out var bodyOffset, out var problem) != OperationStatus.Done)
        {
            return new VerifyOutcome(spf, []) { Problem = $"the header cannot be used: {Words(problem)}" };
        }

        using var bodyHashes = new BodyHashSet(DkimLimits.Default.MaxBodyHashes + ArcLimits.MaxBodyHashes);
        using var chain = new ArcVerifier(header, time, _keys, bodyHashes: bodyHashes);
        using var verifier = new DkimVerifier(header, time, _keys, bodyHashes: bodyHashes);
        verifier.StartLookups(request.Dns, cancellationToken);
        chain.StartLookups(request.Dns, cancellationToken);
        bodyHashes.Append(message.AsSpan(bodyOffset));
        var dkim = await verifier.CompleteAsync(request.Dns, cancellationToken);
        var dmarc = new DmarcVerifier(DmarcAuthor.Of(header), request.Dmarc, request.Dns);
        return new VerifyOutcome(spf, dkim)
        {
            Arc = await chain.CompleteAsync(request.Dns, cancellationToken),
            Dmarc = await dmarc.CompleteAsync(spf, dkim, cancellationToken),
        };
    }

    private static string Words(HeaderProblem problem) => problem switch
    {
        HeaderProblem.TooManyFields => "it has too many fields",
        HeaderProblem.FieldTooLong => "a field is too long",
        _ => "it is too long",
    };

    /// <summary>Dates in the message and in signatures are judged by the time given; waiting still takes real time.</summary>
    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

/// <param name="Spf">Null when SPF was not asked for.</param>
/// <param name="Dkim">One for each signature, from the top.</param>
internal sealed record VerifyOutcome(SpfResult? Spf, ImmutableArray<DkimResult> Dkim)
{
    /// <summary>Null when there was no message, or it could not be read.</summary>
    public ArcResult? Arc { get; init; }

    /// <summary>Null when there is no message, or none that can be read.</summary>
    public DmarcResult? Dmarc { get; init; }

    /// <summary>Why the message could not be read; null when it could.</summary>
    public string? Problem { get; init; }
}
