using System.Collections.Immutable;
using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Transports;

/// <summary>The options that every transport has (Exim specification, "Generic options for transports").</summary>
internal sealed class GenericTransportOptions
{
    private readonly IReadOnlyList<ExpandableString> _headersAdd;
    private readonly IReadOnlyList<ExpandableString> _headersRemove;
    private readonly bool _returnPathAdd;
    private readonly bool _envelopeToAdd;
    private readonly bool _deliveryDateAdd;
    private readonly bool _includeAffixes;
    private readonly bool _bodyOnly;
    private readonly bool _headersOnly;
    private readonly bool _disableLogging;
    private readonly ExpandableString? _messageSizeLimit;
    private readonly ExpandableString? _maxParallel;
    private readonly ExpandableString? _returnPath;
    private readonly ExpandableString? _home;
    private readonly ExpandableString? _current;
    private readonly ExpandableString? _user;
    private readonly ExpandableString? _group;
    private readonly RewriteRules _headersRewrite;
    private readonly PipeCommand? _filter;
    private readonly TimeSpan _filterTimeout;
    private readonly ExpandableString? _shadowCondition;

    public GenericTransportOptions(DriverOptions options)
    {
        _headersAdd = options.GetExpandables("headers_add");

        // Names are split before they are expanded.
        _headersRemove = [.. options.GetExpandables("headers_remove").SelectMany(value => ListSyntax.Split(value.Source)).Select(StringExpansion.Compile)];
        _returnPathAdd = options.GetBool("return_path_add");
        _envelopeToAdd = options.GetBool("envelope_to_add");
        _deliveryDateAdd = options.GetBool("delivery_date_add");
        _includeAffixes = options.GetBool("rcpt_include_affixes");
        _bodyOnly = options.GetBool("body_only");
        _headersOnly = options.GetBool("headers_only");
        _disableLogging = options.GetBool("disable_logging");
        _messageSizeLimit = options.GetExpandable("message_size_limit");
        _maxParallel = options.GetExpandable("max_parallel");
        _returnPath = options.GetExpandable("return_path");
        _home = options.GetExpandable("home_directory");
        _current = options.GetExpandable("current_directory");
        _user = options.GetExpandable("user");
        _group = options.GetExpandable("group");
        _filter = options.GetString("transport_filter") is { Length: > 0 } filter ? PipeCommand.OfFilter(options.Name, filter) : null;
        _filterTimeout = options.GetTime("transport_filter_timeout", TimeSpan.FromMinutes(5));
        Shadow = options.GetString("shadow_transport") is { Length: > 0 } shadow ? shadow : null;
        _shadowCondition = options.GetExpandable("shadow_condition");
        _headersRewrite = options.GetRewriteRules("headers_rewrite");
        if (_bodyOnly && _headersOnly)
        {
            options.Report($"{options.Name} transport: body_only and headers_only are mutually exclusive", "driver");
        }
    }

    /// <summary>The transport of <c>shadow_transport</c>, as it is written.</summary>
    public string? Shadow { get; }

    /// <summary>Fills in what every transport has.</summary>
    public async ValueTask<T> ApplyAsync<T>(T transport, OptionExpansion expansion)
        where T : ExpandedTransport
    {
        var (shadow, note) = await ShadowAsync(transport.Name, expansion);
        return transport with
        {
            HeadersAdd = await HeadersAsync("headers_add", _headersAdd, expansion),
            HeadersRemove = [.. (await HeadersAsync("headers_remove", _headersRemove, expansion)).SelectMany(names => ListSyntax.Split(names))],
            RewrittenHeader = await RewrittenHeaderAsync(expansion),
            ReturnPathAdd = _returnPathAdd,
            EnvelopeToAdd = _envelopeToAdd,
            DeliveryDateAdd = _deliveryDateAdd,
            MessageSizeLimit = await expansion.IntegerAsync("message_size_limit", _messageSizeLimit, 0),
            ReturnPath = await ReturnPathAsync(expansion),
            IncludeAffixes = _includeAffixes,
            BodyOnly = _bodyOnly,
            Shadow = shadow,
            Note = note,
            Filter = _filter is null ? [] : await _filter.ExpandAsync(expansion, PipeCommand.DefaultPath),
            FilterTimeout = _filterTimeout,
            HeadersOnly = _headersOnly,
            DisableLogging = _disableLogging,
            MaxParallel = (int)await expansion.IntegerAsync("max_parallel", _maxParallel, 0),
            HomeDirectory = await expansion.TextAsync("home_directory", _home),
            CurrentDirectory = await expansion.TextAsync("current_directory", _current),
            User = await expansion.TextAsync("user", _user),
            Group = await expansion.TextAsync("group", _group),
        };
    }

    /// <summary>A condition that cannot be expanded means that there is no shadow; the note says so then.</summary>
    private async ValueTask<(string? Shadow, string Note)> ShadowAsync(string transport, OptionExpansion expansion)
    {
        if (Shadow is null || _shadowCondition is null)
        {
            return (Shadow, "");
        }

        var wanted = await _shadowCondition.ExpandAsync(expansion.Scope, expansion.CancellationToken);
        return !wanted.IsSuccess
            ? (null, wanted.Outcome == ExpansionOutcome.ForcedFailure ? "" : $"failed to expand condition \"{_shadowCondition.Source}\" for {transport} transport: {wanted.Message}")
            : (wanted.Value.Trim().ToLowerInvariant() is "" or "0" or "no" or "false" ? null : Shadow, "");
    }

    /// <summary>Rewrites what came with the message and what ACLs have added; what routers and transports add is not in that block.</summary>
    private async ValueTask<RewrittenHeader?> RewrittenHeaderAsync(OptionExpansion expansion)
    {
        if (!_headersRewrite.Concern(RewritePlaces.Headers))
        {
            return null;
        }

        var block = expansion.Scope.Message.HeaderBlock;
        var rewritten = await HeaderRewriting.RewriteAsync(expansion.Scope, _headersRewrite, block, HeaderQualification.None, expansion.CancellationToken);
        return rewritten.IsChanged ? rewritten : null;
    }

    private static async ValueTask<ImmutableArray<string>> HeadersAsync(string option, IReadOnlyList<ExpandableString> items, OptionExpansion expansion)
    {
        var values = ImmutableArray.CreateBuilder<string>(items.Count);
        foreach (var item in items)
        {
            if (await expansion.TextAsync(option, item) is { } text && text.Trim().Length > 0)
            {
                values.Add(text.TrimEnd('\n'));
            }
        }

        return values.ToImmutable();
    }

    private async ValueTask<EnvelopeAddress?> ReturnPathAsync(OptionExpansion expansion)
    {
        if (await expansion.TextAsync("return_path", _returnPath) is not { } text)
        {
            return null;
        }

        var bare = text.Trim();
        bare = bare is ['<', .., '>'] ? bare[1..^1] : bare;
        var at = bare.LastIndexOf('@');
        return bare.Length == 0 ? EnvelopeAddress.Null : at < 0 ? new EnvelopeAddress(bare, "") : new EnvelopeAddress(bare[..at], bare[(at + 1)..]);
    }
}
