using System.Text;

namespace Pipeline.Node.CommandLine.ClusterDemo;

/// <summary>What lies in the Maildirs: how often each token is there for each local part.</summary>
internal static class DeliveredMail
{
    private const int HeaderLimit = 4096;
    private const string Mark = $"{ClusterTraffic.TokenField}: ";

    public static Dictionary<(string Token, string Recipient), int> Read(string mail)
    {
        var found = new Dictionary<(string, string), int>();
        foreach (var file in Files(mail))
        {
            var recipient = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))!;
            var key = (ReadToken(file), recipient);
            found[key] = found.GetValueOrDefault(key) + 1;
        }

        return found;
    }

    /// <summary>Messages delivered so far.</summary>
    public static int Count(string mail) => Files(mail).Count();

    /// <summary>What is still in tmp was not delivered.</summary>
    private static IEnumerable<string> Files(string mail) => !Directory.Exists(mail)
        ? []
        : Directory.EnumerateDirectories(mail)
            .Select(maildir => Path.Combine(maildir, "new"))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles);

    /// <returns>Empty when the file is no message of the demonstration.</returns>
    private static string ReadToken(string file)
    {
        using var stream = File.OpenRead(file);
        var buffer = new byte[HeaderLimit];
        var text = Encoding.ASCII.GetString(buffer, 0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        var at = text.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? "" : text[(at + Mark.Length)..].Split('\r', '\n')[0];
    }
}
