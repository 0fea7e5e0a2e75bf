using System.Globalization;
using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What was delivered, by domain of the recipient and message id: every file of the folders, every message of the sink.</summary>
internal sealed class Copies(string mailFolder, string queueFolder, SmtpSink sink)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Domain, MessageId Id), int> _counts = [];
    private readonly Dictionary<int, MessageId> _tokens = [];
    private readonly List<string> _problems = [];

    /// <summary>Copies that are not whole, or not of one message.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Every message of which there is a copy.</summary>
    public IEnumerable<MessageId> Ids => _counts.Keys.Select(static key => key.Id).Distinct();

    /// <param name="domain">Of the recipient: each has a way of delivery of its own.</param>
    public int Of(string domain, MessageId id) => _counts.GetValueOrDefault((domain, id));

    /// <summary>The message that a sending became, when a copy of it is there.</summary>
    public MessageId? IdOf(int token) => _tokens.TryGetValue(token, out var id) ? id : null;

    /// <summary>Counts what has come since the last call.</summary>
    public void Look()
    {
        foreach (var file in New(mailFolder, "*", SearchOption.AllDirectories).Where(static file => file.Contains("/new/", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(file);
            if (file.Contains($"/{TestCluster.BounceBox}/", StringComparison.Ordinal))
            {
                CountNotification(text, file);
            }
            else
            {
                CountMessage(TestCluster.MaildirDomain, text, text, file);
            }
        }

        foreach (var file in New(queueFolder, "*-H", SearchOption.TopDirectoryOnly))
        {
            var body = file[..^1] + "D";
            CountMessage(TestCluster.QueueDomain, File.ReadAllText(file), File.Exists(body) ? File.ReadAllText(body) : "", file);
        }

        foreach (var message in sink.Take())
        {
            CountMessage(TestCluster.SmtpDomain, message, message, "a message of the sink");
        }
    }

    private IEnumerable<string> New(string folder, string pattern, SearchOption depth) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, depth).Where(_seen.Add) : [];

    private void CountMessage(string domain, string header, string body, string name)
    {
        if (!int.TryParse(Between(header, LoadClient.TokenHeader, "\n"), NumberStyles.None, CultureInfo.InvariantCulture, out var token)
            || !MessageId.TryCreate(Between(header, "\tid ", "\n").TrimEnd(';'), out var id)
            || !body.EndsWith(LoadClient.LastLine(token) + "\n", StringComparison.Ordinal))
        {
            _problems.Add($"not whole: {name}");
            return;
        }

        if (!_tokens.TryAdd(token, id) && _tokens[token] != id)
        {
            _problems.Add($"token {token} is in {_tokens[token]} and in {id}: {name}");
        }

        Count(domain, id);
    }

    private void CountNotification(string text, string name)
    {
        if (MessageId.TryCreate(Between(text, "Message-Id: <E", "@"), out var id) && text.TrimEnd('\n').EndsWith("--", StringComparison.Ordinal))
        {
            Count(TestCluster.MaildirDomain, id);
        }
        else
        {
            _problems.Add($"not a whole notification: {name}");
        }
    }

    private void Count(string domain, MessageId id) => _counts[(domain, id)] = Of(domain, id) + 1;

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf(end, from + start.Length, StringComparison.Ordinal);
        return to < 0 ? "" : text[(from + start.Length)..to].TrimEnd('\r');
    }
}
