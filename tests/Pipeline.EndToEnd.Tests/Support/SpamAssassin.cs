using System.Globalization;
using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>The distribution's spamd.</summary>
internal static class SpamAssassin
{
    public const string Program = "/usr/sbin/spamd";

    public static Task<ScannerProgram> StartAsync()
    {
        var port = Loopback.FreeEndpoint().Port;
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
        return ScannerProgram.StartAsync(
            Program,
            ["-L", "-x", "-m", "1", "-i", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-A", "127.0.0.1", "-s", "null", .. user],
            port);
    }
}
