using System.Globalization;
using Pipeline.Mail.Message;

namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>What was delivered, by message id and place: every message of the Maildirs and mboxes, every file of the queuefile directory, every message of the sink.</summary>
internal sealed class Copies(string mailFolder, string mboxFolder, string queueFolder, SmtpSink sink)
{
    private const string NotificationId = "Message-Id: <E";

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(MessageId Id, Place Place), int> _counts = [];
    private readonly Dictionary<MessageId, int> _tokens = [];
    private readonly HashSet<string> _problems = new(StringComparer.Ordinal);

    /// <summary>Copies that are not whole, or not of one message.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>Every place of every message of which there is a copy.</summary>
    public ILookup<MessageId, Place> Places => _counts.Keys.ToLookup(static key => key.Id, static key => key.Place);

    public int Of(MessageId id, Place place) => _counts.GetValueOrDefault((id, place));

    /// <summary>The sending that a message is, or tells of; null when no copy of it is there.</summary>
    public int? TokenOf(MessageId id) => _tokens.TryGetValue(id, out var token) ? token : null;

    /// <summary>Counts what has come since the last call.</summary>
    public void Look()
    {
        foreach (var file in New(mailFolder, "*").Where(static file => file.Contains("/new/", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(file);
            Count(new Place(Transport.Maildir, Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))!), text, text, file);
        }

        foreach (var file in New(queueFolder, "*-H"))
        {
            var body = file[..^1] + "D";
            Count(Place.Queuefile, File.ReadAllText(file), File.Exists(body) ? File.ReadAllText(body) : "", file);
        }

        foreach (var message in sink.Take())
        {
            Count(Place.Smtp, message, message, "a message of the sink");
        }

        LookIntoMboxes();
    }

    /// <summary>All are read anew, since each may have grown.</summary>
    private void LookIntoMboxes()
    {
        foreach (var key in _counts.Keys.Where(static key => key.Place.Transport == Transport.Mbox).ToArray())
        {
            _counts.Remove(key);
        }

        foreach (var file in Files(mboxFolder, "*").Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            // No line of a message begins with the word that parts them.
            var messages = ("\n" + File.ReadAllText(file)).Split("\nFrom ");
            if (messages is not ["", _, ..])
            {
                _problems.Add($"not an mbox: {file}");
            }

            foreach (var message in messages.Skip(1).Select(static message => message.TrimEnd('\n') + "\n"))
            {
                Count(new Place(Transport.Mbox, Path.GetFileName(file)), message, message, file);
            }
        }
    }

    private IEnumerable<string> New(string folder, string pattern) => Files(folder, pattern).Where(_seen.Add);

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories) : [];

    private void Count(Place place, string header, string body, string name)
    {
        // A notification has the token in what it returns of the message it tells of, and ends with a boundary.
        var isNotification = Header(header).Contains(NotificationId, StringComparison.Ordinal);
        var written = isNotification ? Between(header, NotificationId, "@") : Between(header, "\tid ", "\n").TrimEnd(';');
        if (!int.TryParse(Between(header, TestMessage.TokenHeader, "\n"), NumberStyles.None, CultureInfo.InvariantCulture, out var token)
            || !MessageId.TryCreate(written, out var id)
            || !(isNotification ? body.TrimEnd('\n') : body).EndsWith(isNotification ? "--" : TestMessage.LastLine(token) + "\n", StringComparison.Ordinal))
        {
            _problems.Add($"not whole: {name}");
            return;
        }

        if (!_tokens.TryAdd(id, token) && _tokens[id] != token)
        {
            _problems.Add($"{id} has token {_tokens[id]} and token {token}: {name}");
        }

        _counts[(id, place)] = Of(id, place) + 1;
    }

    private static string Header(string text) => text.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end ? text[..end] : text;

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf(end, from + start.Length, StringComparison.Ordinal);
        return to < 0 ? "" : text[(from + start.Length)..to].TrimEnd('\r');
    }
}
