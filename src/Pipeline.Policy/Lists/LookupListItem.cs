using System.Globalization;
using System.Net;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Lists;

/// <summary>How a lookup inside a list makes its key.</summary>
internal enum LookupKey
{
    /// <summary>The subject itself.</summary>
    Subject = 0,

    /// <summary><c>net-type;file</c>: the address of the host, or the network it is in.</summary>
    HostAddress = 1,

    /// <summary><c>type;file</c> in a host list: the name of the host.</summary>
    HostName = 2,
}

/// <summary><c>type;file</c> or <c>type;query</c>: what is found is a match, and is the data of the match.</summary>
internal sealed class LookupListItem : ListItem
{
    private readonly LookupSpecification? _specification;
    private readonly string _error;
    private readonly string _place;
    private readonly LookupKey _key;
    private readonly int _maskLength;

    private LookupListItem(LookupSpecification? specification, string error, string place, LookupKey key, int maskLength)
    {
        _specification = specification;
        _error = error;
        _place = place;
        _key = key;
        _maskLength = maskLength;
    }

    /// <summary>Recognises a lookup; null when the text is none.</summary>
    public static LookupListItem? TryParse(ListKind kind, string text)
    {
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        if (semicolon <= 0 || text[0] is '^' or '*' || text.AsSpan(0, semicolon).ContainsAny(" \t"))
        {
            return null;
        }

        var type = text[..semicolon];
        var maskLength = -1;
        var key = kind == ListKind.Host ? LookupKey.HostName : LookupKey.Subject;
        if (kind == ListKind.Host && TryReadNet(ref type, out maskLength))
        {
            key = LookupKey.HostAddress;
        }

        return LookupSpecification.TryParse(type, out var specification, out var error)
            ? new LookupListItem(specification, "", text[(semicolon + 1)..].TrimStart(), key, maskLength)
            : new LookupListItem(null, error, "", key, maskLength);
    }

    public override async ValueTask<ListMatchResult> MatchAsync(ListMatchContext context)
    {
        if (_specification is null)
        {
            return ListMatchResult.Defer(_error);
        }

        if (!_specification.Type.IsSingleKey || _key == LookupKey.Subject)
        {
            return await FindAsync(context, context.Subject);
        }

        if (_key == LookupKey.HostAddress || context.Host is { IsBareAddress: true })
        {
            return context.Host?.Address is { } address ? await FindAsync(context, NetKey(address)) : ListMatchResult.NoMatch;
        }

        var (names, failure) = await HostNames.OfAsync(context);
        if (names is null)
        {
            return failure;
        }

        foreach (var name in names)
        {
            var result = await FindAsync(context, name);
            if (result.Outcome != ListMatchOutcome.NoMatch)
            {
                return result;
            }
        }

        return ListMatchResult.NoMatch;
    }

    private static bool TryReadNet(ref string type, out int maskLength)
    {
        maskLength = -1;
        var hyphen = type.IndexOf('-', StringComparison.Ordinal);
        if (hyphen < 3 || !type.StartsWith("net", StringComparison.Ordinal)
            || (hyphen > 3 && !int.TryParse(type.AsSpan(3, hyphen - 3), NumberStyles.None, CultureInfo.InvariantCulture, out maskLength)))
        {
            return false;
        }

        type = type[(hyphen + 1)..];
        return true;
    }

    /// <summary>IPv6 keys are written in full with dots, since a colon would end them in a searched file; iplsearch reads addresses and wants colons.</summary>
    private string NetKey(IPAddress address)
    {
        var dots = _specification!.Type.Name != "iplsearch";
        if (_maskLength < 0)
        {
            return IpMask.Format(address, dots);
        }

        var length = Math.Min(_maskLength, address.GetAddressBytes().Length * 8);
        return string.Create(CultureInfo.InvariantCulture, $"{IpMask.Format(IpMask.Apply(address, length), dots)}/{length}");
    }

    private async ValueTask<ListMatchResult> FindAsync(ListMatchContext context, string key)
    {
        var type = _specification!.Type;
        if (type.IsSingleKey && context.Refusal("Tainted filename for search:", _place) is { } refusal)
        {
            return ListMatchResult.Defer(refusal);
        }

        if (type.Quote is not null)
        {
            context.Scope.Environment.Tainting.WatchQuery(context.Scope, new ExpandedText(_place, context.Taint), type.QuotedMark, context.Source);
        }

        var (result, numeric) = await LookupEngine.FindAsync(context.Scope, _specification!, key, _place, context.CancellationToken);
        if (numeric is not null)
        {
            context.Captures?.AddRange(numeric.AsSpan(1));
            context.Scope.Transient.Numeric = NumericValues.FromPeer(numeric);
        }

        return result.Outcome switch
        {
            LookupOutcome.Found => ListMatchResult.Match(result.Data),
            LookupOutcome.NotFound => ListMatchResult.NoMatch,
            _ => ListMatchResult.Defer(result.Message),
        };
    }
}
