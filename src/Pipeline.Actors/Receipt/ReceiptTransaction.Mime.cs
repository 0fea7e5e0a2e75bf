using Pipeline.Policy.Acl;
using Pipeline.Policy.Acl.Mime;

namespace Pipeline.Actors.Receipt;

/// <summary>The ACL that is run once for each MIME part.</summary>
internal sealed partial class ReceiptTransaction
{
    /// <summary>Decoded parts may come to so many times the size of the message: a multipart can be decoded whole, and its parts again.</summary>
    private const int DecodedFactor = 20;

    private const long DecodedAllowance = 1024 * 1024;

    /// <returns>The end of the transaction, or null when the message goes on. The first answer other than accept is the last.</returns>
    private async ValueTask<ReceiptDecision?> RunMimeAsync(MessageReception reception, DecodeFolder folder, CancellationToken cancellationToken)
    {
        // Without Content-Type it is no message of MIME, and the ACL is not run.
        if (!_active.Policy.HasAcl(_points.Mime) || reception.Header.FindFirst("content-type"u8) < 0)
        {
            return null;
        }

        var message = _scope.Message;
        var last = 0;
        try
        {
            await foreach (var shown in new MimeParts(reception.Header, reception.Body.OpenBody, folder).ReadAsync(cancellationToken))
            {
                last = shown.IsAttached ? last : shown.Part.Index;
                MimeVariables.Show(message, shown.Part, shown.IsAttached, shown.Content);
                var outcome = await RunAsync(_points.Mime, null, cancellationToken);
                if (!outcome.IsAccepted)
                {
                    return await RefuseContentAsync(outcome, $"rejected {AclPointTraits.Of(_points.Mime).LogLabel}");
                }

                if (outcome.Verdict == AclVerdict.Discard)
                {
                    return await DiscardAsync(outcome);
                }
            }

            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var decision = NotNow($"cannot read the MIME parts: {error.Message}");
            await RefuseAsync("end of data", decision.Reply);
            return decision;
        }
        finally
        {
            MimeVariables.End(message, last);
        }
    }

    private DecodeFolder DecodeFolderFor(long size) =>
        new(_active.Environment.SpoolDirectory, _id, (DecodedFactor * size) + DecodedAllowance);
}
