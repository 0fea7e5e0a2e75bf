using System.Text;
using Pipeline.Mail.Dsn;
using Pipeline.Policy.Expansion;

namespace Pipeline.Actors.Reporting;

/// <summary>A file of texts for notifications: items with lines of four asterisks between, each expanded (Exim specification, chapter "Customizing bounce and warning messages").</summary>
internal static class NotificationFile
{
    private const int MaxBytes = 256 * 1024;
    private const string Separator = "****";

    /// <param name="kind">bounce or warn: whose texts they are.</param>
    /// <param name="scope">In which the items are expanded.</param>
    /// <returns>Null where there is no file, or it cannot be read, which is logged.</returns>
    public static async ValueTask<NotificationTexts?> ReadAsync(string path, string kind, EvaluationScope scope, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new IOException($"larger than {MaxBytes} octets");
            }

            var items = Split(await File.ReadAllTextAsync(path, Encoding.Latin1, cancellationToken));

            // A bounce has items about texts of programs and the copy of the message too, for which a report in MIME has no place.
            return new NotificationTexts(
                await ExpandAsync(Item(0), kind, scope, cancellationToken),
                await ExpandAsync(Item(1), kind, scope, cancellationToken),
                await ExpandAsync(kind == "warn" ? Item(2) : "", kind, scope, cancellationToken));

            string Item(int index) => index < items.Count ? items[index] : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log(scope, $"Failed to open {path} for {kind} message texts: {error.Message}");
            return null;
        }
    }

    private static List<string> Split(string text)
    {
        var items = new List<string>();
        var item = new StringBuilder();
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (line == Separator)
            {
                items.Add(item.ToString());
                item.Clear();
            }
            else
            {
                item.Append(line).Append('\n');
            }
        }

        items.Add(item.ToString());
        return items;
    }

    /// <returns>Null for the usual text: the item is empty, or cannot be expanded, which is logged.</returns>
    private static async ValueTask<string?> ExpandAsync(string item, string kind, EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (item.Length == 0)
        {
            return null;
        }

        var expanded = await StringExpansion.Compile(item).ExpandAsync(scope, cancellationToken);
        if (!expanded.IsSuccess)
        {
            Log(scope, $"Failed to expand a text of {kind}_message_file: {expanded.Message}");
        }

        return expanded is { IsSuccess: true, Value.Length: > 0 } ? OctetString.ToText(expanded.Value) : null;
    }

    private static void Log(EvaluationScope scope, string line) => scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, line);
}
