using System.Collections.Immutable;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dkim;

/// <summary>The hash that is signed: the selected fields, then the signature field itself (RFC 6376 section 3.7).</summary>
internal static class HeaderHash
{
    /// <param name="names">h=, in lower case.</param>
    /// <param name="signatureField">The signature field, which h= never selects even if it names its kind.</param>
    /// <param name="signatureIndex">Its index in the header, or -1 when it is not in there yet.</param>
    /// <param name="signatureExtent">Where the value of b= lies in the value of the field.</param>
    public static byte[] Compute(
        HeaderBlock header, ImmutableArray<string> names, CanonicalForm form, HeaderField signatureField, int signatureIndex, Range signatureExtent)
    {
        using var writer = new HashingWriter();
        var target = writer.AddTarget();
        var selection = new HeaderSelection(header, signatureIndex);
        foreach (var name in names)
        {
            // An instance that is not there adds nothing, not even a CRLF (RFC 6376 section 5.4.2).
            if (selection.TryTake(name, out var index))
            {
                HeaderCanonicalizer.Write(header[index], form, writer);
            }
        }

        HeaderCanonicalizer.WriteWithoutLineEnd(signatureField, form, signatureExtent, writer);
        return writer.Digest(target);
    }
}
