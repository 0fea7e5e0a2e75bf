using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Transports;

/// <summary>The DKIM and ARC options of the smtp transport.</summary>
internal sealed class SmtpSigningOptions(DriverOptions options)
{
    private const int MaxSignatures = 20;

    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(30);

    private readonly ExpandableString? _domain = options.GetExpandable("dkim_domain");
    private readonly ExpandableString? _selector = options.GetExpandable("dkim_selector");
    private readonly ExpandableString? _privateKey = options.GetExpandable("dkim_private_key");
    private readonly ExpandableString? _canon = options.GetExpandable("dkim_canon");
    private readonly ExpandableString? _hash = options.GetExpandable("dkim_hash");
    private readonly ExpandableString? _identity = options.GetExpandable("dkim_identity");
    private readonly ExpandableString? _signHeaders = options.GetExpandable("dkim_sign_headers");
    private readonly ExpandableString? _strict = options.GetExpandable("dkim_strict");
    private readonly ExpandableString? _timestamps = options.GetExpandable("dkim_timestamps");
    private readonly ExpandableString? _arcSign = options.GetExpandable("arc_sign");

    /// <summary>One signature for each selector of each domain. Without a domain, a selector or a key nothing is signed.</summary>
    public async ValueTask<ImmutableArray<ExpandedDkim>> DkimAsync(OptionExpansion expansion)
    {
        var signatures = ImmutableArray.CreateBuilder<ExpandedDkim>();
        if (_domain is null || _selector is null || _privateKey is null)
        {
            return [];
        }

        var values = expansion.Scope.Message.ConditionVariables;
        foreach (var domain in ListSyntax.Split(await expansion.TextAsync("dkim_domain", _domain) ?? "").Where(item => item.Length > 0))
        {
            values["dkim_domain"] = domain;
            foreach (var selector in ListSyntax.Split(await expansion.TextAsync("dkim_selector", _selector) ?? "").Where(item => item.Length > 0))
            {
                values["dkim_selector"] = selector;
                if (await expansion.TextAsync("dkim_private_key", _privateKey) is { } key && IsKey(key) && signatures.Count < MaxSignatures)
                {
                    signatures.Add(await OneAsync(expansion, domain, selector, key));
                }
            }
        }

        return signatures.ToImmutable();
    }

    /// <summary><c>arc_sign = authserv-id : selector : key [ : options ]</c>; null for no seal.</summary>
    public async ValueTask<ExpandedArc?> ArcAsync(OptionExpansion expansion)
    {
        if (await expansion.TextAsync("arc_sign", _arcSign) is not { } text || ListSyntax.Split(text) is not { Count: > 0 } parts)
        {
            return null;
        }

        if (parts is not [{ Length: > 0 } id, { Length: > 0 } selector, { Length: > 0 } key, ..])
        {
            var missing = parts[0].Length == 0 ? "admd-identifier" : parts.Count < 2 || parts[1].Length == 0 ? "selector" : "private key";
            expansion.Scope.Environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, $"ARC: bad signing-specification (no {missing})");
            return null;
        }

        var seal = new ExpandedArc(OctetString.ToText(id), OctetString.ToText(selector), OctetString.ToText(key));
        foreach (var option in ListSyntax.Split(string.Join(',', parts.Skip(3)), ','))
        {
            seal = option == "timestamps" ? seal with { Timestamps = true } : WithExpiry(seal, option);
        }

        return seal;
    }

    /// <summary><c>expire</c>, <c>expire=+N</c> for N seconds from now, <c>expire=N</c> for N seconds after 1970; zero and what is no number mean the default.</summary>
    private static ExpandedArc WithExpiry(ExpandedArc seal, string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        if ((equals < 0 ? option : option[..equals]) is not "expire")
        {
            return seal;
        }

        var value = equals < 0 ? "" : option[(equals + 1)..];
        var isRelative = value.StartsWith('+');
        return !uint.TryParse(isRelative ? value.AsSpan(1) : value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0
            ? seal with { Lifetime = DefaultLifetime, Expires = null }
            : isRelative
                ? seal with { Lifetime = TimeSpan.FromSeconds(number), Expires = null }
                : seal with { Lifetime = null, Expires = DateTimeOffset.FromUnixTimeSeconds(number) };
    }

    private async ValueTask<ExpandedDkim> OneAsync(OptionExpansion expansion, string domain, string selector, string key) => new(domain, selector, key)
    {
        Canonicalization = await expansion.TextAsync("dkim_canon", _canon) is { Length: > 0 } canon ? canon : "relaxed",
        Hash = await expansion.TextAsync("dkim_hash", _hash) is { Length: > 0 } hash ? hash : "sha256",
        Identity = await expansion.TextAsync("dkim_identity", _identity) is { Length: > 0 } identity ? identity : null,
        SignHeaders = await expansion.TextAsync("dkim_sign_headers", _signHeaders) is { Length: > 0 } headers ? headers : null,
        Timestamps = await expansion.TextAsync("dkim_timestamps", _timestamps) is { Length: > 0 } seconds ? Seconds(seconds) : null,
        Strict = _strict is not null && await expansion.BoolAsync("dkim_strict", _strict, false),
    };

    // Words for no, in the place of a key, mean that this message is not signed.
    private static bool IsKey(string key) => key is not ("" or "0" or "false" or "no");

    private static TimeSpan? Seconds(ReadOnlySpan<char> text)
    {
        if (int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return TimeText.TryParse(text.Trim(), out var interval) ? interval : null;
    }
}
