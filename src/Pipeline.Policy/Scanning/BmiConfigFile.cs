using System.Text;

namespace Pipeline.Policy.Scanning;

/// <summary>The file that <c>bmi_config_file</c> names: lines of <c>name=value</c>, and comments behind <c>#</c>.</summary>
/// <remarks>Of its settings one is for the mail server, <c>blswcServerAddress</c>; the others are for the scanner and are passed over. It is read for each message, as in Exim.</remarks>
public static class BmiConfigFile
{
    private const string ServersSetting = "blswcServerAddress";
    private const int MaxBytes = 64 * 1024;

    /// <returns>The servers in the form of <see cref="BmiServerList"/>, or why there are none.</returns>
    public static async Task<(string? Servers, string Problem)> ReadServersAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
            if (file.Length > MaxBytes)
            {
                return (null, $"{path} has more than {MaxBytes} octets");
            }

            using var reader = new StreamReader(file, Encoding.UTF8);
            return FindServers(path, await reader.ReadToEndAsync(cancellationToken));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (null, error.Message);
        }
    }

    internal static (string? Servers, string Problem) FindServers(string path, string text)
    {
        if (text.AsSpan().TrimStart().StartsWith("<"))
        {
            return (null, $"{path} is an XML file; lines are expected, among them {ServersSetting}=host:port");
        }

        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var equals = line.IndexOf('=');
            if (equals < 0 || !line[..equals].Trim().Equals(ServersSetting, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var servers = line[(equals + 1)..].Trim().ToString();
            BmiServerList.Parse(servers, out var problem);
            return problem.Length == 0 ? (servers, "") : (null, $"{path}:{number}: {problem}");
        }

        return (null, $"{path} has no {ServersSetting}");
    }
}
