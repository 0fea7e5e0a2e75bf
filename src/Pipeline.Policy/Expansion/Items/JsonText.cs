using System.Globalization;
using System.Text.Json;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>Elements of JSON values, for <c>${extract json{…}}</c> and the conditions <c>forany_json</c> and so on.</summary>
internal static class JsonText
{
    /// <summary>The member with this name, or the element at this place (from 1, from the end when negative); null when there is none.</summary>
    /// <param name="unquotes">Strings yield their text (<c>jsons</c>), not their JSON form.</param>
    public static string? Find(string json, string key, bool unquotes)
    {
        if (!TryParse(json, out var document))
        {
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                return root.TryGetProperty(OctetString.ToText(key), out var member) ? Show(member, unquotes) : null;
            }

            if (root.ValueKind != JsonValueKind.Array || !int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var place))
            {
                return null;
            }

            var count = root.GetArrayLength();
            var index = place > 0 ? place - 1 : count + place;
            return place != 0 && index >= 0 && index < count ? Show(root[index], unquotes) : null;
        }
    }

    /// <summary>The elements of an array, or null when the text is no array.</summary>
    public static List<string>? Elements(string json, bool unquotes)
    {
        if (!TryParse(json, out var document))
        {
            return null;
        }

        using (document)
        {
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(e => Show(e, unquotes))]
                : null;
        }
    }

    private static string Show(JsonElement element, bool unquotes) => OctetString.FromText(
        unquotes && element.ValueKind == JsonValueKind.String ? element.GetString() ?? "" : element.GetRawText());

    private static bool TryParse(string json, out JsonDocument document)
    {
        document = null!;
        try
        {
            document = JsonDocument.Parse(OctetString.ToBytes(json));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
