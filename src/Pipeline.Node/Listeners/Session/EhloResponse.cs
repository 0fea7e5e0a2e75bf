using System.Globalization;
using Pipeline.Actors.Receipt;
using Pipeline.Mail.Smtp;

namespace Pipeline.Node.Listeners.Session;

/// <summary>Composes the reply to EHLO (RFC 5321 section 4.1.1.1): the greeting, then one keyword for each extension.</summary>
internal static class EhloResponse
{
    /// <summary>RFC 9422 section 4: a value has at most six digits.</summary>
    private const int MaxLimit = 999_999;

    /// <summary>The extensions that MAIL and RCPT may then use. AUTH= is always tolerated: without authentication it asserts nothing (RFC 4954 section 5).</summary>
    public static SmtpExtensions Extensions(SmtpCapabilities offered) =>
        SmtpExtensions.Size
        | SmtpExtensions.Auth
        | (offered.EightBitMime ? SmtpExtensions.EightBitMime : SmtpExtensions.None)
        | (offered.BinaryMime && offered.Chunking ? SmtpExtensions.BinaryMime : SmtpExtensions.None)
        | (offered.SmtpUtf8 ? SmtpExtensions.SmtpUtf8 : SmtpExtensions.None)
        | (offered.Dsn ? SmtpExtensions.Dsn : SmtpExtensions.None)
        | (offered.Prdr ? SmtpExtensions.Prdr : SmtpExtensions.None)
        | (offered.RequireTls ? SmtpExtensions.RequireTls : SmtpExtensions.None);

    /// <param name="greeting">The positive reply of policy; its last line is followed by the keywords.</param>
    /// <param name="startTls">STARTTLS is offered and can be done.</param>
    /// <param name="mailMax">Messages of this connection, for LIMITS (RFC 9422 section 4.1).</param>
    /// <param name="recipientMax">Recipients of a message, for the same.</param>
    public static SmtpReply Compose(SmtpReply greeting, SmtpCapabilities offered, bool startTls, int mailMax, int recipientMax)
    {
        var lines = new List<string>(greeting.Lines.Length + 14);
        lines.AddRange(greeting.Lines.AsSpan());
        if (lines.Count == 0)
        {
            lines.Add(offered.HostName);
        }

        lines.Add(offered.MaxMessageSize > 0 ? "SIZE " + offered.MaxMessageSize.ToString(CultureInfo.InvariantCulture) : "SIZE");
        Add(offered.Limits, string.Create(CultureInfo.InvariantCulture, $"LIMITS MAILMAX={Math.Min(mailMax, MaxLimit)} RCPTMAX={Math.Min(recipientMax, MaxLimit)}"));
        Add(offered.EightBitMime, "8BITMIME");
        Add(offered.Dsn, "DSN");
        Add(offered.Verifies, "VRFY");
        Add(offered.Expands, "EXPN");
        Add(offered.Pipelining, "PIPELINING");
        Add(offered.Pipelining && offered.PipeConnect, "PIPECONNECT");
        Add(!offered.Mechanisms.IsEmpty, "AUTH " + string.Join(' ', offered.Mechanisms));
        Add(offered.Chunking, "CHUNKING");
        Add(offered.Chunking && offered.BinaryMime, "BINARYMIME");
        Add(startTls, "STARTTLS");
        Add(offered.RequireTls, "REQUIRETLS");
        Add(offered.Prdr, "PRDR");
        Add(offered.SmtpUtf8, "SMTPUTF8");
        Add(offered.EnhancedStatusCodes, "ENHANCEDSTATUSCODES");
        lines.Add("HELP");
        return new SmtpReply(greeting.Code, [.. lines]);

        void Add(bool condition, string keyword)
        {
            if (condition)
            {
                lines.Add(keyword);
            }
        }
    }
}
