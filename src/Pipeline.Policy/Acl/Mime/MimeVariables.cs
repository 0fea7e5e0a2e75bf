using System.Globalization;
using Pipeline.Mail.Mime;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Variables;

namespace Pipeline.Policy.Acl.Mime;

/// <summary>The variables <c>$mime_…</c>: what an ACL sees of the part it is run for.</summary>
public static class MimeVariables
{
    private const string PartCount = "mime_part_count";
    private const string IsCoverLetter = "mime_is_coverletter";
    private const string DecodedFileName = "mime_decoded_filename";

    private static readonly string[] OfOnePart =
    [
        "mime_content_type", "mime_charset", "mime_boundary", "mime_content_disposition", "mime_content_transfer_encoding", "mime_filename",
        "mime_content_id", "mime_content_description", "mime_is_multipart", "mime_is_rfc822", "mime_content_size", DecodedFileName,
        "mime_anomaly_level", "mime_anomaly_text",
    ];

    /// <param name="isAttached">The part is of a message inside the message, whose parts are counted anew.</param>
    public static void Show(MessageScope message, MimePart part, bool isAttached, IMimePartContent content)
    {
        Clear(message);
        var header = part.Header;
        message.MimePart = content;
        Set("mime_content_type", header.ContentType);
        Set("mime_charset", header.Charset);
        Set("mime_boundary", header.Boundary);
        Set("mime_content_disposition", header.Disposition);
        Set("mime_content_transfer_encoding", header.TransferEncoding);

        // In the character set that the sender has chosen, as Exim has it.
        Set("mime_filename", EncodedWord.Decode(header.FileName, charset: null));
        Set("mime_content_id", header.Id);
        Set("mime_content_description", header.Description);
        Set("mime_is_multipart", header.IsMultipart ? "1" : "0");
        Set("mime_is_rfc822", isAttached ? "1" : "0");
        Set(IsCoverLetter, part.IsCoverLetter ? "1" : "0");
        Set(PartCount, part.Index.ToString(CultureInfo.InvariantCulture));
        Show(message, part.Anomaly);

        void Set(string name, string value) => message.ConditionVariables[name] = value;
    }

    /// <summary>Shows what decoding the part has come to. The size is in kilobytes.</summary>
    internal static void Show(MessageScope message, DecodedPart decoded)
    {
        message.ConditionVariables[DecodedFileName] = OctetString.FromText(decoded.Path);
        message.ConditionVariables["mime_content_size"] = ((decoded.Size + 1023) / 1024).ToString(CultureInfo.InvariantCulture);
        Show(message, decoded.Anomaly);
    }

    /// <summary>The file that the part was decoded into; null when it was not.</summary>
    internal static string? DecodedFile(MessageScope message) =>
        message.ConditionVariables.GetValueOrDefault(DecodedFileName) is { Length: > 0 } path ? OctetString.ToText(path) : null;

    /// <summary>Behind the last part: what stays to be seen are the number of the last part of the message itself, and whether the last one shown was an attachment.</summary>
    /// <param name="partCount">That number.</param>
    public static void End(MessageScope message, int partCount)
    {
        Clear(message);
        message.ConditionVariables[PartCount] = partCount.ToString(CultureInfo.InvariantCulture);
    }

    private static void Clear(MessageScope message)
    {
        message.MimePart = null;
        foreach (var name in OfOnePart)
        {
            message.ConditionVariables.Remove(name);
        }
    }

    private static void Show(MessageScope message, MimeAnomaly? anomaly)
    {
        if (anomaly is not null)
        {
            message.ConditionVariables["mime_anomaly_level"] = anomaly.Level.ToString(CultureInfo.InvariantCulture);
            message.ConditionVariables["mime_anomaly_text"] = anomaly.Text;
        }
    }
}
