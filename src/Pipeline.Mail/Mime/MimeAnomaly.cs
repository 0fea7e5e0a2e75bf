namespace Pipeline.Mail.Mime;

/// <summary>Something about a part that is not as it should be, worst last.</summary>
/// <param name="Level">Exim's number, <c>$mime_anomaly_level</c>; 3 is our own.</param>
public sealed record MimeAnomaly(int Level, string Text)
{
    public static MimeAnomaly QuotedPrintable { get; } = new(1, "Broken Quoted-Printable encoding detected");

    public static MimeAnomaly Base64 { get; } = new(2, "Broken BASE64 encoding detected");

    public static MimeAnomaly HeaderTooLong { get; } = new(3, "The header of a MIME part is too long");

    public static MimeAnomaly TooDeep { get; } = new(3, "MIME parts are nested too deeply");

    public static MimeAnomaly TooManyParts { get; } = new(3, "There are too many MIME parts");
}
