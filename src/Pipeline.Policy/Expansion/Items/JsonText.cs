using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Policy.Expansion.Items;

/// <summary>Elements of JSON values, for <c>${extract json{…}}</c> and the conditions <c>forany_json</c> and so on.</summary>
internal static class JsonText
{
    /// <summary>Finds the member with this name or, for a number, the element at this place (from 1).</summary>
    /// <param name="unquotes">Strings yield what is between their quotes (<c>jsons</c>), not their JSON form; there may be nothing but strings.</param>
    /// <param name="found">Null when there is no such member or element.</param>
    /// <param name="error">Exim's words for a text that is of another kind, or a member that is no string.</param>
    public static bool TryFind(string json, string key, bool unquotes, out string? found, out string error)
    {
        (found, error) = (null, "");
        var numbered = int.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var place);
        if (numbered && place <= 0)
        {
            error = "first argument of \"extract\" must be greater than zero";
            return false;
        }

        if (!TryParse(json, numbered ? JsonValueKind.Array : JsonValueKind.Object, out var document))
        {
            error = numbered ? "missing '[' wrapping array for extract json" : "missing '{' wrapping object for extract json";
            return false;
        }

        using (document)
        {
            var root = document.RootElement;
            if (numbered)
            {
                return place > root.GetArrayLength() || TryShow(root[place - 1], unquotes, out found, out error);
            }

            return !root.TryGetProperty(OctetString.ToBytes(key), out var member) || TryShow(member, unquotes, out found, out error);
        }
    }

    /// <summary>Reads the elements of an array.</summary>
    /// <param name="unquotes">As of <see cref="TryFind"/>.</param>
    /// <param name="error">As of <see cref="TryFind"/>.</param>
    public static bool TryReadElements(string json, bool unquotes, out List<string> elements, out string error)
    {
        elements = [];
        if (!TryParse(json, JsonValueKind.Array, out var document))
        {
            error = "missing '[' wrapping array for extract json";
            return false;
        }

        using (document)
        {
            foreach (var element in document.RootElement.EnumerateArray())
            {
                if (!TryShow(element, unquotes, out var shown, out error))
                {
                    return false;
                }

                elements.Add(shown!);
            }
        }

        error = "";
        return true;
    }

    /// <summary>The element as it is written; of a string, when asked, what is between its quotes, with its escapes.</summary>
    private static bool TryShow(JsonElement element, bool unquotes, out string? shown, out string error)
    {
        var text = OctetString.FromBytes(JsonMarshal.GetRawUtf8Value(element));
        error = unquotes && element.ValueKind != JsonValueKind.String ? "missing '\"' wrapping string result for extract jsons" : "";
        shown = error.Length > 0 ? null : unquotes ? text[1..^1] : text;
        return error.Length == 0;
    }

    private static bool TryParse(string json, JsonValueKind kind, out JsonDocument document)
    {
        document = null!;
        try
        {
            document = JsonDocument.Parse(OctetString.ToBytes(json));
            if (document.RootElement.ValueKind == kind)
            {
                return true;
            }

            document.Dispose();
            return false;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
