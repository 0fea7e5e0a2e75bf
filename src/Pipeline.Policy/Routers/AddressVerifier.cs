using Pipeline.Mail.Addressing;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Routers;

/// <summary>Verifies addresses by taking them through the routers.</summary>
public sealed class AddressVerifier(RouterChain chain) : IAddressVerifier
{
    /// <summary>Redirections to a single child that are followed.</summary>
    private const int MaxRedirections = 100;

    public async ValueTask<AddressVerification> VerifyAsync(
        EvaluationScope scope, EnvelopeAddress address, bool asSender, bool successOnRedirect, CancellationToken cancellationToken)
    {
        var trace = scope.TraceOf(PolicyTopics.Verify);
        trace?.Write(PolicyTopics.Verify, new string('>', 35));
        var verified = await RouteAsync(scope, address, asSender, successOnRedirect, cancellationToken);
        trace?.Write(PolicyTopics.Verify, "----------- end verify ------------");
        return verified;
    }

    private async ValueTask<AddressVerification> RouteAsync(
        EvaluationScope scope, EnvelopeAddress address, bool asSender, bool successOnRedirect, CancellationToken cancellationToken)
    {
        var mode = asSender ? RoutingMode.VerifySender : RoutingMode.VerifyRecipient;
        var current = RoutingAddress.Of(address);
        for (var i = 0; i < MaxRedirections; i++)
        {
            scope.TraceOf(PolicyTopics.Route)?.Write(PolicyTopics.Route, $"routing {current}");
            var result = await chain.RouteAsync(scope, current, mode, cancellationToken);
            switch (result.Final)
            {
                case RoutingOutcome.Routed routed:
                    return Verified(routed.Values.TryGetValue("address_data", out var data) ? data.Text : null) with { Routed = new RoutedAddress(current, routed) };
                case RoutingOutcome.Redirected { Children: [var only], Targets: [] } when !successOnRedirect:
                    current = only;
                    continue;
                case RoutingOutcome.Failed failed:
                    return new AddressVerification(VerificationOutcome.Failed, failed.Message);
                case RoutingOutcome.Unrouteable unrouteable:
                    return new AddressVerification(VerificationOutcome.Failed, unrouteable.Message);
                case RoutingOutcome.Deferred deferred:
                    return new AddressVerification(VerificationOutcome.Deferred, deferred.Message) { ForClient = deferred.ForClient };
                default:
                    return Verified(null);
            }
        }

        return new AddressVerification(VerificationOutcome.Deferred, $"routing loop for {address}");
    }

    private static AddressVerification Verified(string? addressData) => new(VerificationOutcome.Verified, "", addressData);
}
