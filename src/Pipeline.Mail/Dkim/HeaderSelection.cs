using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dkim;

/// <summary>Takes instances of fields from the bottom of the header upwards, each once (RFC 6376 section 5.4.2).</summary>
/// <param name="excluded">Index of a field that is never taken, or -1.</param>
internal readonly struct HeaderSelection(HeaderBlock header, int excluded)
{
    /// <summary>For each name: how many of its instances are left, from the top.</summary>
    private readonly Dictionary<string, int> _left = new(StringComparer.Ordinal);

    public bool TryTake(string lowerCaseName, out int index)
    {
        var instances = header.IndexesOf(lowerCaseName);
        if (!_left.TryGetValue(lowerCaseName, out var left))
        {
            left = instances.Length;
        }

        if (left > 0 && instances[left - 1] == excluded)
        {
            left--;
        }

        index = left > 0 ? instances[left - 1] : -1;
        _left[lowerCaseName] = Math.Max(0, left - 1);
        return index >= 0;
    }
}
