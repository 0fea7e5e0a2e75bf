using System.Buffers;
using System.Text;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Mail.Tests.Arc;

/// <summary>Verifies the chain of a whole message in one call.</summary>
internal static class ArcRun
{
    public static readonly DkimKeyCache Keys = new();

    public static async Task<ArcResult> VerifyAsync(
        ReadOnlyMemory<byte> message, IDnsResolver dns, long now, int chunk = int.MaxValue, HeaderLimits? headerLimits = null, ArcLimits? limits = null)
    {
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(message, headerLimits ?? HeaderLimits.Default, out var header, out var bodyOffset, out _));
        using var verifier = new ArcVerifier(header, FixedTime.AtUnixSeconds(now), Keys, limits);
        verifier.StartLookups(dns, CancellationToken.None);
        for (var body = message[bodyOffset..]; !body.IsEmpty;)
        {
            var piece = body[..Math.Min(chunk, body.Length)];
            verifier.Append(piece.Span);
            body = body[piece.Length..];
        }

        return await verifier.CompleteAsync(dns, CancellationToken.None);
    }

    public static Task<ArcResult> VerifyAsync(string message, IDnsResolver dns, long now) => VerifyAsync(Encoding.UTF8.GetBytes(message), dns, now);
}
