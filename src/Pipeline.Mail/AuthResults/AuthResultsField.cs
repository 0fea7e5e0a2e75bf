using System.Collections.Immutable;

namespace Pipeline.Mail.AuthResults;

/// <summary>The content of an Authentication-Results field (RFC 8601 section 2.2).</summary>
/// <param name="AuthServId">Who says so, unquoted; empty when the field did not say (tolerant reading only).</param>
/// <param name="Version">1 when not given.</param>
/// <param name="Results">In the order of the field; empty for <c>none</c>.</param>
public sealed record AuthResultsField(string AuthServId, int Version, ImmutableArray<MethodResult> Results)
{
    /// <summary>i= of an ARC-Authentication-Results field (RFC 8617 section 4.1.1); null when absent.</summary>
    public int? Instance { get; init; }
}

/// <summary>What one method found.</summary>
/// <param name="Method">Lower case, such as dkim.</param>
/// <param name="Version">Version of the method; 1 when not given. A consumer ignores versions it does not know.</param>
/// <param name="Result">Lower case, such as pass.</param>
/// <param name="Reason">reason=, unquoted; null when absent.</param>
public sealed record MethodResult(string Method, int Version, string Result, string? Reason, ImmutableArray<ResultProperty> Properties)
{
    /// <summary>The first value of a property, or null.</summary>
    public string? Find(string type, string name)
    {
        foreach (var property in Properties)
        {
            if (property.Type == type && property.Name == name)
            {
                return property.Value;
            }
        }

        return null;
    }
}

/// <summary>One <c>ptype.property=value</c>. A list of these, never an object keyed by what the peer wrote.</summary>
/// <param name="Type">Lower case: smtp, header, body, policy; empty when the field left it out (tolerant reading only).</param>
/// <param name="Name">Lower case.</param>
/// <param name="Value">Unquoted; of a mailbox with a quoted local part the quotes are kept.</param>
public sealed record ResultProperty(string Type, string Name, string Value);
