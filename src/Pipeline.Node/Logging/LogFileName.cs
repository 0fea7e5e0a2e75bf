using System.Globalization;
using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Node.Logging;

/// <summary>Names of log files as <c>log_file_path</c> writes them: <c>%s</c> stands for main, reject or panic, <c>%D</c> for the day and <c>%M</c> for the month.</summary>
internal static class LogFileName
{
    /// <param name="now">Local time.</param>
    public static string Of(string template, PolicyLogTarget log, DateTimeOffset now)
    {
        var name = new StringBuilder(template.Length + 16);
        for (var i = 0; i < template.Length; i++)
        {
            var next = template[i] == '%' && i + 1 < template.Length ? template[++i] : '\0';
            _ = next switch
            {
                '\0' => name.Append(template[i]),
                's' => name.Append(WordOf(log)),
                'D' => name.Append(now.ToString("yyyyMMdd", CultureInfo.InvariantCulture)),
                'M' => name.Append(now.ToString("yyyyMM", CultureInfo.InvariantCulture)),
                _ => name.Append('%').Append(next),
            };
        }

        return name.ToString();
    }

    public static string WordOf(PolicyLogTarget log) => log switch
    {
        PolicyLogTarget.Reject => "reject",
        PolicyLogTarget.Panic => "panic",
        _ => "main",
    };
}
