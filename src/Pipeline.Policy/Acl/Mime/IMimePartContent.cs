using Pipeline.Mail.Mime;

namespace Pipeline.Policy.Acl.Mime;

/// <summary>The content of the MIME part that an ACL is run for.</summary>
public interface IMimePartContent
{
    /// <summary>Decodes the content into a file.</summary>
    /// <param name="target">Null for a name of the implementation's own; a name for its folder; or an absolute path of a file, or of a folder that exists.</param>
    /// <exception cref="IOException">It cannot be written, or must not be.</exception>
    ValueTask<DecodedPart> DecodeAsync(string? target, CancellationToken cancellationToken);

    /// <summary>The content as it came, without the header of the part.</summary>
    Stream OpenRaw();
}

/// <param name="Path">Where it was written.</param>
/// <param name="Size">Octets.</param>
/// <param name="Anomaly">What was wrong with the encoding; null when nothing was.</param>
public sealed record DecodedPart(string Path, long Size, MimeAnomaly? Anomaly);
