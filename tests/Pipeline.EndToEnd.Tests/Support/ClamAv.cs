using System.Globalization;
using Pipeline.Tests.Support;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>The distribution's clamd with a database of one signature.</summary>
internal static class ClamAv
{
    public const string Program = "/usr/sbin/clamd";

    /// <summary>What the signature finds.</summary>
    public const string Virus = "virus-of-the-tests";

    /// <summary>What clamd calls it.</summary>
    public const string VirusName = "Tests.Sample.UNOFFICIAL";

    public static Task<ScannerProgram> StartAsync(Folder folder)
    {
        var port = Loopback.FreeEndpoint().Port;
        var database = Directory.CreateDirectory(Path.Combine(folder.Path, "clamav")).FullName;
        File.WriteAllText(Path.Combine(database, "tests.ndb"), $"Tests.Sample:0:*:{Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(Virus))}\n");
        var configuration = folder.Write("clamd.conf", string.Create(CultureInfo.InvariantCulture, $"""
            DatabaseDirectory {database}
            TemporaryDirectory {database}
            TCPSocket {port}
            TCPAddr 127.0.0.1
            Foreground true
            LogFile {folder.Path}/clamd.log
            ScanMail true
            """) + "\n");
        return ScannerProgram.StartAsync(Program, ["--config-file", configuration], port);
    }
}
