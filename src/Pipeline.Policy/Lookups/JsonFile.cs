using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Lookups;

/// <summary><c>json</c>: an element of a JSON file, found by a list of names and of positions from 0.</summary>
internal static class JsonFile
{
    private static readonly LookupFiles<JsonText> Files = new(octets => new JsonText(octets));

    public static LookupType[] Types { get; } = [new("json", LookupStyle.SingleKey, FindAsync)];

    private static async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        var (file, error) = await Files.ReadAsync(question.FileOrQuery, cancellationToken);
        if (file is null)
        {
            return LookupResult.Failed($"failed to open {question.FileOrQuery} for json search: {error}");
        }

        if (file.Document is null)
        {
            return LookupResult.Failed($"json error on open: {file.Error}");
        }

        var element = file.Document.RootElement;
        foreach (var name in ListSyntax.Split(question.Key))
        {
            if (!TryStep(ref element, name))
            {
                return LookupResult.NotFound;
            }
        }

        return LookupResult.Found(element.ValueKind switch
        {
            JsonValueKind.String => OctetString.FromText(element.GetString() ?? ""),
            JsonValueKind.Null => "",
            _ => OctetString.FromText(element.GetRawText()),
        });
    }

    private static bool TryStep(ref JsonElement element, string name)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.TryGetProperty(OctetString.ToText(name), out element);
            case JsonValueKind.Array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < element.GetArrayLength():
                element = element[index];
                return true;
            default:
                return false;
        }
    }

    /// <summary>A parsed file, or what is wrong with it.</summary>
    private sealed class JsonText
    {
        public JsonText(byte[] octets)
        {
            if (!Utf8.IsValid(octets))
            {
                Error = "it is not UTF-8";
                return;
            }

            try
            {
                Document = JsonDocument.Parse(octets);
            }
            catch (JsonException problem)
            {
                Error = problem.Message;
            }
        }

        public JsonDocument? Document { get; }

        public string Error { get; } = "";
    }
}
