using System.Globalization;

namespace Pipeline.Mail.Message;

/// <summary>The date-time of RFC 5322 section 3.3, such as <c>Sun, 22 Nov 2026 05:48:08 +0000</c>.</summary>
public static class MailDate
{
    /// <summary>Writes a time with the offset it carries.</summary>
    public static string Format(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time:ddd, dd MMM yyyy HH:mm:ss} {Zone(time)}");

    /// <summary>The offset alone, such as <c>+0000</c>.</summary>
    public static string Zone(DateTimeOffset time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(time.Offset < TimeSpan.Zero ? '-' : '+')}{time.Offset:hhmm}");
}
