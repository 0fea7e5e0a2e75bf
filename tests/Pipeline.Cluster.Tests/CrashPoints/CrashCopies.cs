using System.Globalization;
using Pipeline.Cluster.Tests.Cluster;

namespace Pipeline.Cluster.Tests.CrashPoints;

/// <summary>What was delivered: how often each message is at each place.</summary>
internal sealed class CrashCopies(TestCluster cluster)
{
    public const string Queue = "queuefile";
    public const string Smtp = "smtp";

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Token, string Place), int> _copies = [];
    private readonly List<string> _damaged = [];

    /// <summary>Copies that are not whole, by name.</summary>
    public IReadOnlyList<string> Damaged => _damaged;

    public int Of(int token, string place) => _copies.GetValueOrDefault((token, place));

    /// <summary>Every place at which a message is.</summary>
    public IEnumerable<string> PlacesOf(int token) => _copies.Keys.Where(key => key.Token == token).Select(static key => key.Place);

    /// <summary>Counts what has come since the last call.</summary>
    public void Look()
    {
        foreach (var file in New(cluster.MailFolder, "*").Where(static file => file.Contains("/new/", StringComparison.Ordinal)))
        {
            var mailbox = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))!;
            Count(File.ReadAllText(file), mailbox, file, whole: mailbox[0] != 't');
        }

        foreach (var file in New(cluster.QueueFolder, "*-H"))
        {
            var token = Count(File.ReadAllText(file), Queue, file, whole: false);
            var body = file[..^1] + "D";
            if (!File.Exists(body) || !IsWhole(File.ReadAllText(body), token))
            {
                _damaged.Add(body);
            }
        }

        foreach (var message in cluster.Sink.Take())
        {
            Count(message, Smtp, "a message of the sink", whole: true);
        }

        LookIntoMboxes();
    }

    /// <summary>Each message has an mbox of its own; all are read anew, since one may grow.</summary>
    private void LookIntoMboxes()
    {
        var folder = CrashPolicy.MboxFolderOf(cluster);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder).Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var (text, name) = (File.ReadAllText(file), Path.GetFileName(file));
            var token = TokenOf(text);
            var copies = text.Split("\nFrom ").Length;
            if (token < 0 || !IsWhole(text.TrimEnd('\n') + "\n", token) || text.Split(LoadClient.TokenHeader).Length - 1 != copies)
            {
                _damaged.Add(file);
            }

            _copies[(token, name)] = copies;
        }
    }

    private IEnumerable<string> New(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Where(_seen.Add) : [];

    private int Count(string text, string place, string name, bool whole)
    {
        var token = TokenOf(text);
        if (token < 0 || (whole && !IsWhole(text, token)))
        {
            _damaged.Add(name);
        }

        _copies[(token, place)] = Of(token, place) + 1;
        return token;
    }

    private static bool IsWhole(string text, int token) => text.EndsWith(LoadClient.LastLine(token) + "\n", StringComparison.Ordinal);

    private static int TokenOf(string text)
    {
        var from = text.IndexOf(LoadClient.TokenHeader, StringComparison.Ordinal) + LoadClient.TokenHeader.Length;
        var to = from < LoadClient.TokenHeader.Length ? -1 : text.IndexOf('\n', from);
        return to > 0 && int.TryParse(text[from..to].TrimEnd('\r'), NumberStyles.None, CultureInfo.InvariantCulture, out var token) ? token : -1;
    }
}
