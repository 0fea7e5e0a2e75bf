using System.Buffers;
using System.Collections.Immutable;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Mail.Tests.Dkim;

/// <summary>Verifies a whole message in one call.</summary>
internal static class DkimRun
{
    public static readonly DkimKeyCache Keys = new();

    public static async Task<ImmutableArray<DkimResult>> VerifyAsync(
        ReadOnlyMemory<byte> message, IDnsResolver dns, long now, DkimLimits? limits = null, int chunk = int.MaxValue, CancellationToken cancellationToken = default)
    {
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(message, HeaderLimits.Default, out var header, out var bodyOffset, out _));
        using var verifier = new DkimVerifier(header, FixedTime.AtUnixSeconds(now), Keys, limits);
        verifier.StartLookups(dns, cancellationToken);
        for (var body = message[bodyOffset..]; !body.IsEmpty;)
        {
            var piece = body[..Math.Min(chunk, body.Length)];
            verifier.Append(piece.Span);
            body = body[piece.Length..];
        }

        return await verifier.CompleteAsync(dns, cancellationToken);
    }
}
