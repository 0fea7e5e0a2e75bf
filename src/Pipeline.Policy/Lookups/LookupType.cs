namespace Pipeline.Policy.Lookups;

internal enum LookupStyle
{
    /// <summary>A key and a file: <c>${lookup{key}lsearch{/file}}</c>.</summary>
    SingleKey = 0,

    /// <summary>A query: <c>${lookup dnsdb{query}}</c>.</summary>
    Query = 1,
}

/// <summary>A lookup type: its name, once, its style and how it finds things.</summary>
internal sealed record LookupType(string Name, LookupStyle Style, Func<LookupQuestion, CancellationToken, ValueTask<LookupResult>>? Find)
{
    /// <summary>The single key names a file, which has to be absolute.</summary>
    public bool NeedsAbsoluteFile { get; init; } = true;

    /// <summary>The program brings a backend for it.</summary>
    public bool HasBackend { get; init; }

    public bool IsAvailable => Find is not null || HasBackend;

    /// <summary>Quotes text for use in a query of this type (<c>${quote_TYPE:…}</c>); null when it needs none.</summary>
    public Func<string, string>? Quote { get; init; }

    /// <summary>The mark of text that was quoted in this way.</summary>
    public Expansion.Taint QuotedMark { get; init; }

    /// <summary>What it finds was written by strangers.</summary>
    public bool FindsForeignText { get; init; }

    public bool IsSingleKey => Style == LookupStyle.SingleKey;
}
