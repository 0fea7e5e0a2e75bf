using System.Globalization;
using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What was delivered, by way of delivery and token: every file of the folders, every message of the sink.</summary>
internal sealed class Copies(TestCluster cluster)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _maildir = [];
    private readonly Dictionary<int, int> _queue = [];
    private readonly Dictionary<int, int> _smtp = [];
    private readonly Dictionary<int, MessageId> _ids = [];
    private readonly List<string> _damaged = [];

    /// <summary>Copies that are not whole, by name.</summary>
    public IReadOnlyList<string> Damaged => _damaged;

    public (int Maildir, int Queue, int Smtp) Of(int token) =>
        (_maildir.GetValueOrDefault(token), _queue.GetValueOrDefault(token), _smtp.GetValueOrDefault(token));

    /// <summary>The id that the message of a token has, when a copy of it is there.</summary>
    public MessageId? IdOf(int token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>Counts what has come since the last call.</summary>
    public void Look()
    {
        foreach (var file in New(cluster.MailFolder, "*", SearchOption.AllDirectories)
            .Where(static file => file.Contains("/new/", StringComparison.Ordinal) && !file.Contains("/bounces/", StringComparison.Ordinal)))
        {
            Count(_maildir, File.ReadAllText(file), file, whole: true);
        }

        foreach (var file in New(cluster.QueueFolder, "*-H", SearchOption.TopDirectoryOnly))
        {
            var token = Count(_queue, File.ReadAllText(file), file, whole: false);
            var body = file[..^1] + "D";
            if (!File.Exists(body) || !File.ReadAllText(body).EndsWith(LoadClient.LastLine(token) + "\n", StringComparison.Ordinal))
            {
                _damaged.Add(body);
            }
        }

        foreach (var message in cluster.Sink.Take())
        {
            Count(_smtp, message, "a message of the sink", whole: true);
        }
    }

    private IEnumerable<string> New(string folder, string pattern, SearchOption depth) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, depth).Where(_seen.Add) : [];

    private int Count(Dictionary<int, int> copies, string text, string name, bool whole)
    {
        var number = Between(text, LoadClient.TokenHeader, "\n");
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
        {
            _damaged.Add(name);
            return -1;
        }

        copies[token] = copies.GetValueOrDefault(token) + 1;
        if (MessageId.TryCreate(Between(text, "\tid ", "\n").TrimEnd(';'), out var id))
        {
            _ids[token] = id;
        }

        if (whole && !text.EndsWith(LoadClient.LastLine(token) + "\n", StringComparison.Ordinal))
        {
            _damaged.Add(name);
        }

        return token;
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf(end, from + start.Length, StringComparison.Ordinal);
        return to < 0 ? "" : text[(from + start.Length)..to].TrimEnd('\r');
    }
}
