namespace Pipeline.Actors.Routing;

/// <summary>The routing actor of one recipient: walks the routers with the stored verdicts and tells the message what they decided.</summary>
/// <remarks>
/// Messages in: its own task's end. Out: <see cref="Decided"/> to the parent, once; then it stops. A routing that throws is a deferral with the reason, so
/// that a bug in one route never loses the recipient.
/// </remarks>
internal sealed class RecipientActor : ReceiveActor
{
    private readonly RecipientToRoute _recipient;
    private readonly IRecipientRouter _router;
    private readonly CancellationTokenSource _cancel = new();

    public RecipientActor(RecipientToRoute recipient, IRecipientRouter router)
    {
        _recipient = recipient;
        _router = router;
        Receive<RoutingDecision>(decision =>
        {
            Context.Parent.Tell(new Decided(_recipient.Recipient.Index, decision));
            Context.Stop(Self);
        });
    }

    public static Props CreateProps(RecipientToRoute recipient, IRecipientRouter router) =>
        Props.Create(() => new RecipientActor(recipient, router));

    protected override void PreStart() =>
        PortCall.Start(() => _router.RouteAsync(_recipient, _cancel.Token)).PipeTo(
            Self, Self, decision => decision, error => new RoutingDecision.Defer([], $"internal error while routing: {error.Message}"));

    protected override void PostStop() => _cancel.Cancel();

    /// <summary>To the parent: where the recipient goes.</summary>
    internal sealed record Decided(int Recipient, RoutingDecision Decision);
}
