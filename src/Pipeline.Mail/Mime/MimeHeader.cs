using Pipeline.Mail.Message;

namespace Pipeline.Mail.Mime;

/// <summary>What the header of a part says of its content (RFC 2045, RFC 2183). Texts hold one char for each octet, and are empty for what is not said.</summary>
/// <remarks>Fields that stand there twice add to each other, and the last word counts. Encoded words are left as they are.</remarks>
public sealed record MimeHeader
{
    public static MimeHeader Empty { get; } = new();

    /// <summary>Type and subtype, lower case.</summary>
    public string ContentType { get; private init; } = "";

    public string Charset { get; private init; } = "";

    public string Boundary { get; private init; } = "";

    /// <summary>Lower case.</summary>
    public string Disposition { get; private init; } = "";

    /// <summary>Lower case.</summary>
    public string TransferEncoding { get; private init; } = "";

    /// <summary>filename of Content-Disposition, or name of Content-Type: that of the later field.</summary>
    public string FileName { get; private init; } = "";

    public string Id { get; private init; } = "";

    public string Description { get; private init; } = "";

    public bool IsMultipart => ContentType.StartsWith("multipart/", StringComparison.Ordinal);

    /// <summary>A message with a header of its own (RFC 2046 section 5.2.1).</summary>
    public bool IsMessage => ContentType == "message/rfc822";

    public static MimeHeader Read(HeaderBlock header)
    {
        var read = Empty;
        for (var i = 0; i < header.Count; i++)
        {
            var field = header[i];
            if (field.HasName("content-type"u8))
            {
                var value = MimeFieldValue.Parse(field.UnfoldedText());
                read = read with
                {
                    ContentType = value.Word,
                    Charset = value["charset"] ?? read.Charset,
                    Boundary = value["boundary"] ?? read.Boundary,
                    FileName = value["name"] ?? read.FileName,
                };
            }
            else if (field.HasName("content-disposition"u8))
            {
                var value = MimeFieldValue.Parse(field.UnfoldedText());
                read = read with { Disposition = value.Word, FileName = value["filename"] ?? read.FileName };
            }
            else if (field.HasName("content-transfer-encoding"u8))
            {
                read = read with { TransferEncoding = MimeFieldValue.Parse(field.UnfoldedText()).Word };
            }
            else if (field.HasName("content-id"u8))
            {
                read = read with { Id = field.UnfoldedText() };
            }
            else if (field.HasName("content-description"u8))
            {
                read = read with { Description = field.UnfoldedText() };
            }
        }

        return read;
    }
}
