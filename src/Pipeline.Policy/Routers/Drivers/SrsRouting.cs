using Pipeline.Mail.Addressing;
using Pipeline.Mail.Srs;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers.Drivers;

/// <summary><c>srs = forward</c>, <c>reverse</c> or <c>reverseandforward</c> of a redirect router (Exim 4.92): before the data are read, an address of the scheme is
/// taken apart for <c>$srs_recipient</c>, and the sender of what is redirected becomes one.</summary>
internal sealed class SrsRouting
{
    private readonly bool _reverses;
    private readonly bool _forwards;
    private readonly ExpandableString? _condition;
    private readonly ExpandableString? _alias;
    private readonly ExpandableString? _insert;
    private readonly ExpandableString? _select;

    private SrsRouting(DriverOptions options)
    {
        var mode = options.GetString("srs");
        _reverses = mode is "reverse" or "reverseandforward";
        _forwards = mode is "forward" or "reverseandforward";
        _condition = options.GetExpandable("srs_condition");
        _alias = options.GetExpandable("srs_alias");
        _insert = options.GetExpandable("srs_dbinsert");
        _select = options.GetExpandable("srs_dbselect");
        if (_reverses && _forwards && _insert is null != _select is null)
        {
            options.ReportFor("only one of \"srs_dbinsert\" and \"srs_dbselect\" is set: with \"srs = reverseandforward\" addresses are put by and fetched, or neither");
        }
    }

    /// <returns>Null when the router has nothing to do with the scheme: Exim does nothing for a word that it does not know.</returns>
    public static SrsRouting? Of(DriverOptions options) => new SrsRouting(options) is { _reverses: var reverses, _forwards: var forwards } routing && (reverses || forwards) ? routing : null;

    /// <returns>A verdict that ends the router, or the sender for its children; null for the sender they have.</returns>
    public async ValueTask<(DriverVerdict? Instead, EnvelopeAddress? Sender)> RunAsync(RouteRun run, CancellationToken cancellationToken)
    {
        if (_condition is { } condition)
        {
            var applies = await condition.ExpandAsync(run.Scope, cancellationToken);
            if (!applies.IsSuccess && applies.Outcome != ExpansionOutcome.ForcedFailure)
            {
                return (Defer(run, $"failed to expand srs_condition: {applies.Message}"), null);
            }

            if (!applies.IsSuccess || !RouterPreconditions.IsTrue(applies.Value))
            {
                return default;
            }
        }

        var environment = run.Scope.Environment;
        if (SrsSettings.Read(environment.Policy.MainOptions, out var problem) is not { } settings)
        {
            environment.Log.Write(PolicyLogTarget.Main | PolicyLogTarget.Panic, problem);
            return (Defer(run, problem), null);
        }

        var scheme = new SenderRewritingScheme(settings);
        if (_reverses && await ReverseAsync(run, scheme, cancellationToken) is { } verdict)
        {
            return (verdict, null);
        }

        var delivers = run.Mode is RoutingMode.Deliver or RoutingMode.AddressTest;
        return _forwards && delivers && !run.Scope.Message.Sender.IsNull ? await ForwardAsync(run, scheme, cancellationToken) : default;
    }

    private async ValueTask<DriverVerdict?> ReverseAsync(RouteRun run, SenderRewritingScheme scheme, CancellationToken cancellationToken)
    {
        var address = OctetString.FromText(run.Address.ToString());
        var values = run.Scope.Address!.Values;
        values["srs_orig_recipient"] = ExpandedText.FromPeer(address);
        switch (scheme.Reverse(address, stores: _select is not null, run.Scope.Environment.Time.GetUtcNow()))
        {
            case SrsReversal.Reversed reversed:
                run.Scope.Message.ConditionVariables["srs_recipient"] = reversed.Address;
                return null;
            case SrsReversal.Stored stored:
                values["srs_db_key"] = ExpandedText.FromPeer(stored.Key);
                var found = await _select!.ExpandAsync(run.Scope, cancellationToken);
                if (!found.IsSuccess && found.Outcome != ExpansionOutcome.ForcedFailure)
                {
                    return Defer(run, $"failed to expand srs_dbselect: {found.Message}");
                }

                if (!found.IsSuccess || found.Value.Length == 0)
                {
                    return new DriverVerdict.Fail("the address of the original sender is not known any more");
                }

                run.Scope.Message.ConditionVariables["srs_recipient"] = found.Value;
                return null;
            case SrsReversal.Invalid invalid:
                return new DriverVerdict.Fail($"not an SRS address of this host: {invalid.Reason}");
            default:
                return new DriverVerdict.Decline("the address is none of SRS");
        }
    }

    private async ValueTask<(DriverVerdict? Instead, EnvelopeAddress? Sender)> ForwardAsync(RouteRun run, SenderRewritingScheme scheme, CancellationToken cancellationToken)
    {
        var sender = OctetString.FromText(run.Scope.Message.Sender.ToString());
        var values = run.Scope.Address!.Values;
        values["srs_orig_sender"] = ExpandedText.FromPeer(sender);
        var alias = _alias is null ? default : await _alias.ExpandAsync(run.Scope, cancellationToken);
        var domain = _alias is not null && alias.IsSuccess && alias.Value.Length > 0 ? alias.Value : run.Domain;
        var now = run.Scope.Environment.Time.GetUtcNow();
        string? rewritten;
        if (_insert is { } insert && !SenderRewritingScheme.IsRewritten(sender))
        {
            var key = scheme.KeyOf(sender);
            values["srs_db_key"] = ExpandedText.FromPeer(key);
            values["srs_db_address"] = ExpandedText.FromPeer(sender);
            var inserted = await insert.ExpandAsync(run.Scope, cancellationToken);
            if (!inserted.IsSuccess)
            {
                return (Defer(run, $"failed to expand srs_dbinsert: {inserted.Message}"), null);
            }

            rewritten = scheme.Forward(sender, key, domain, now);
        }
        else
        {
            rewritten = scheme.Forward(sender, domain, now);
        }

        var at = rewritten?.LastIndexOf('@') ?? -1;
        return at < 0
            ? (Defer(run, $"SRS cannot rewrite {OctetString.ToText(sender)}"), null)
            : (null, new EnvelopeAddress(OctetString.ToText(rewritten![..at]), OctetString.ToText(rewritten[(at + 1)..])));
    }

    private static DriverVerdict.Defer Defer(RouteRun run, string reason) => new($"{run.Router.Name} router: {reason}", NeedsAttention: true);
}
