using System.Globalization;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Scanning;

namespace Pipeline.Connectors.Scanners;

/// <summary>What a server is asked, up to the message.</summary>
internal static class SpamdRequest
{
    public static byte[] For(ScanJob job, SpamdVariant variant) => Encoding.Latin1.GetBytes(variant == SpamdVariant.Rspamd ? Rspamd(job) : SpamAssassin(job));

    private static string SpamAssassin(ScanJob job) =>
        string.Create(CultureInfo.InvariantCulture, $"REPORT SPAMC/1.5\r\nContent-length: {job.Content.Size}\r\nUser: {job.User}\r\n\r\n");

    /// <summary>rspamd takes a User for one who has logged in, and looks less closely at what such a client sends: it is not the user of the ACL.</summary>
    private static string Rspamd(ScanJob job)
    {
        var text = new StringBuilder("CHECK RSPAMC/1.3\r\n").Append(CultureInfo.InvariantCulture, $"Content-length: {job.Content.Size}\r\n");
        Field("Queue-Id", job.Message);
        if (job.Envelope is { } envelope)
        {
            Field("From", $"<{envelope.Sender}>");
            Field("Recipient-Number", envelope.RecipientCount.ToString(CultureInfo.InvariantCulture));
            foreach (var recipient in envelope.Recipients)
            {
                Field("Rcpt", $"<{recipient}>");
            }

            Field("Helo", envelope.Helo);
            Field("Hostname", envelope.ClientName);
            Field("IP", envelope.ClientAddress);
            Field("User", envelope.AuthenticatedId);
        }

        return text.Append("\r\n").ToString();

        // What would end its line early is left out.
        void Field(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value) && !value.AsSpan().ContainsAnyInRange('\0', '\u001F'))
            {
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }
    }
}
