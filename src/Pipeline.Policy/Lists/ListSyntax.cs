using System.Text;

namespace Pipeline.Policy.Lists;

/// <summary>The list syntax of the configuration language: items between separators, a separator inside an item doubled, <c>&lt;c</c> to choose another one.</summary>
/// <remarks>Source: Exim specification, "List construction". White space around an item is dropped, and so is an empty last item.</remarks>
public static class ListSyntax
{
    /// <summary>Splits a list into its items.</summary>
    /// <param name="list">The list, already expanded.</param>
    /// <param name="separator">The separator used when the list does not choose one.</param>
    public static List<string> Split(string list, char separator = ':') => Split(list, separator, out _);

    /// <summary>Splits a list and says which separator it used.</summary>
    public static List<string> Split(string list, char separator, out char used)
    {
        var items = new List<string>();
        var reader = new ListReader(list, separator);
        while (reader.TryRead(out var item))
        {
            items.Add(item);
        }

        used = reader.Separator;
        return items;
    }

    /// <summary>Appends one item to a list under construction: the separator between items, a separator inside the item doubled.</summary>
    /// <remarks>An item that is empty or starts with the separator gets a space in front of it, unless it is the first.</remarks>
    public static void Append(StringBuilder list, string item, char separator, bool first)
    {
        if (!first)
        {
            list.Append(separator);
            if (item.Length == 0 || item[0] == separator)
            {
                list.Append(' ');
            }
        }

        foreach (var c in item)
        {
            list.Append(c);
            if (c == separator)
            {
                list.Append(c);
            }
        }
    }

    internal static bool IsBlank(char c) => c is ' ' or (>= '\t' and <= '\r');
}
