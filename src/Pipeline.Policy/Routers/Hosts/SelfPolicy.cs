using Pipeline.Policy.Routers.Drivers;

namespace Pipeline.Policy.Routers.Hosts;

/// <summary>What to do when the first host of an address is this one (router option <c>self</c>).</summary>
/// <param name="Domain">For <c>reroute</c>.</param>
internal sealed record SelfPolicy(SelfAction Action, string? Domain = null)
{
    public static SelfPolicy Parse(string? text, Action<string> report)
    {
        switch (text)
        {
            case null or "freeze":
                return new SelfPolicy(SelfAction.Freeze);
            case "defer":
                return new SelfPolicy(SelfAction.Defer);
            case "fail":
                return new SelfPolicy(SelfAction.Fail);
            case "pass":
                return new SelfPolicy(SelfAction.Pass);
            case "send":
                return new SelfPolicy(SelfAction.Send);
        }

        if (text.StartsWith("reroute:", StringComparison.Ordinal))
        {
            var domain = text.AsSpan("reroute:".Length).Trim();
            domain = domain.StartsWith("rewrite:") ? domain["rewrite:".Length..].Trim() : domain;
            if (!domain.IsEmpty)
            {
                return new SelfPolicy(SelfAction.Reroute, domain.ToString());
            }
        }

        report($"{text} is not a valid value for the self option");
        return new SelfPolicy(SelfAction.Freeze);
    }

    /// <returns>What becomes of the address; null to send to this host all the same.</returns>
    public DriverVerdict? Apply(RouteRun run, bool fromMx)
    {
        var message = fromMx ? "lowest numbered MX record points to local host" : "remote host address is the local host";
        return Action switch
        {
            SelfAction.Send => null,
            SelfAction.Defer => new DriverVerdict.Defer(message),
            SelfAction.Fail => new DriverVerdict.Fail(message),
            SelfAction.Pass => new DriverVerdict.Pass(message),
            SelfAction.Reroute => new DriverVerdict.Redirect(
                [run.Address with { Domain = Domain!, Parent = run.Address, ParentRouter = run.Router.Name, StartRouter = null }], []),
            _ => new DriverVerdict.Defer(message, NeedsAttention: true, Freezes: true),
        };
    }
}

internal enum SelfAction
{
    /// <summary>Wait until somebody has looked at it.</summary>
    Freeze = 0,
    Defer = 1,
    Fail = 2,
    Pass = 3,
    Send = 4,

    /// <summary>Start again with another domain.</summary>
    Reroute = 5,
}
