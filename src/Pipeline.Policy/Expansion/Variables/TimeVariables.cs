using System.Globalization;
using Pipeline.Mail.Message;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>The time of day in Exim's forms.</summary>
internal static class TimeVariables
{
    public static VariableDefinition[] Definitions { get; } =
    [
        Local("tod_full", MailDate.Format),
        Local("tod_log", t => t.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
        Local("tod_logfile", t => t.ToString("yyyyMMdd", CultureInfo.InvariantCulture)),
        Local("tod_zone", MailDate.Zone),
        Local("tod_bsdinbox", t => string.Create(CultureInfo.InvariantCulture, $"{t:ddd MMM} {t.Day,2} {t:HH:mm:ss yyyy}")),
        Local("tod_zulu", t => t.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + "Z"),
        Local("tod_epoch", t => t.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        Local("tod_epoch_l", t => ((t - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture)),
    ];

    private static VariableDefinition Local(string name, Func<DateTimeOffset, string> format) =>
        new(name, scope => format(scope.Environment.Time.GetLocalNow()));
}
