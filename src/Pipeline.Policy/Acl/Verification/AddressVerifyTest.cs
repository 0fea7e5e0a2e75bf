using Pipeline.Mail.Addressing;
using Pipeline.Policy.Acl.Verification.Callouts;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Acl.Verification;

/// <summary><c>verify = recipient</c> and <c>verify = sender</c>: the routers are asked, and with <c>callout</c> the hosts they find.</summary>
internal static class AddressVerifyTest
{
    /// <summary>RFC 8689 section 9.2: the text, and its enhanced code, which the client is told in place of the usual one.</summary>
    private const string RequireTlsReply = "550 5.7.30 REQUIRETLS support required";

    public static async ValueTask<AclTest> RecipientAsync(AclEvaluation evaluation, VerifyOptions options, CancellationToken cancellationToken)
    {
        var scope = evaluation.Scope;
        if (scope.Environment.Verifier is not { } verifier || scope.Address is not { } recipient)
        {
            return AclTest.Error("recipient verification is not possible here: there are no routers");
        }

        // What is verified is what the recipient will be rewritten to; the ACL goes on with the address that was given.
        var address = new EnvelopeAddress(recipient.LocalPart, recipient.Domain);
        if (scope.Environment.Policy.Rewriting.Concern(RewritePlaces.EnvelopeTo))
        {
            var given = new EnvelopeAddress(recipient.OriginalLocalPart, recipient.OriginalDomain);
            var rewritten = await EnvelopeRewriting.RewriteAsync(scope, given, RewritePlaces.EnvelopeTo, cancellationToken);
            address = rewritten.Steps.IsEmpty ? address : rewritten.Address;
        }

        var verified = await verifier.VerifyAsync(scope, address, asSender: false, options.SuccessOnRedirect, cancellationToken);
        if (verified.AddressData is { } data)
        {
            recipient.Values["address_data"] = data;
        }

        if (verified.Outcome != VerificationOutcome.Verified || options.Callout is not { } callout)
        {
            evaluation.ShowsTemporaryDetails |= verified.ForClient;
            return ConcludeRouting(evaluation, "recipient_verify_failure", verified);
        }

        var result = await Callout.RunAsync(evaluation, verified.Routed, callout, evaluation.Message.RequiresTls && !evaluation.Message.Sender.IsNull, cancellationToken);
        switch (result.Outcome)
        {
            case CalloutOutcome.Accepted:
                return AclTest.True;
            case CalloutOutcome.Undecided:
                return Undecided(evaluation, callout, "recipient", result);
            case CalloutOutcome.RequireTlsMissing:
                evaluation.SetVariable("recipient_verify_failure", result.Reason);
                evaluation.SetVariable("acl_verify_message", RequireTlsReply);
                return AclTest.Failed(RequireTlsReply, result.Log);
            default:
                var told = result.IsRemembered ? result.Details : $"Callout verification failed:\n{result.Response}";
                evaluation.SetVariable("recipient_verify_failure", result.Reason);
                evaluation.SetVariable("acl_verify_message", told);
                return AclTest.Failed(told, result.IsRemembered ? result.Details : result.Log);
        }
    }

    public static async ValueTask<AclTest> SenderAsync(AclEvaluation evaluation, VerifyOptions options, CancellationToken cancellationToken)
    {
        var sender = await SenderAsync(evaluation.Scope, options, cancellationToken);
        if (sender.IsNull)
        {
            return AclTest.True;
        }

        if (evaluation.Scope.Environment.Verifier is not { } verifier)
        {
            return AclTest.Error("sender verification is not possible here: there are no routers");
        }

        var known = evaluation.Message.AclState.SenderVerifications;
        var key = options.SuccessOnRedirect ? $"{sender}/success_on_redirect" : sender.ToString();
        if (!known.TryGetValue(key, out var verified))
        {
            verified = known[key] = await verifier.VerifyAsync(
                evaluation.Scope, sender, asSender: true, options.SuccessOnRedirect, cancellationToken);
        }

        if (verified.AddressData is { } data)
        {
            evaluation.SetVariable("sender_address_data", data);
        }

        if (verified.Outcome == VerificationOutcome.Verified && options.Callout is { } callout)
        {
            return await CallSenderAsync(evaluation, options, callout, sender, verified, cancellationToken);
        }

        var test = ConcludeRouting(evaluation, "sender_verify_failure", verified);
        if (test.Outcome == AclTestOutcome.True)
        {
            return test;
        }

        var deferred = test.Outcome == AclTestOutcome.Defer;
        Log(evaluation, sender, deferred, verified.Message);
        Tell(evaluation, options, sender, deferred ? [verified.Message] : [$"Verification failed for <{sender}>", verified.Message], deferred);
        return deferred
            ? AclTest.Defer($"Could not complete sender verify: {verified.Message}", "Could not complete sender verify")
            : AclTest.Failed("Sender verify failed", "Sender verify failed");
    }

    /// <summary>No host has decided. Exim tells the client so much in any case.</summary>
    public static AclTest Undecided(AclEvaluation evaluation, CalloutOptions callout, string whom, CalloutResult result)
    {
        var told = $"Could not complete {whom} verify callout";
        if (callout.DeferOk)
        {
            return AclTest.True;
        }

        evaluation.SetVariable("acl_verify_message", told);
        evaluation.ShowsTemporaryDetails = true;
        return AclTest.Defer($"{told}: {result.Log}", told);
    }

    private static async ValueTask<AclTest> CallSenderAsync(
        AclEvaluation evaluation, VerifyOptions options, CalloutOptions callout, EnvelopeAddress sender, AddressVerification verified, CancellationToken cancellationToken)
    {
        var result = await Callout.RunAsync(evaluation, verified.Routed, callout, requireTls: false, cancellationToken);
        switch (result.Outcome)
        {
            case CalloutOutcome.Accepted:
                return AclTest.True;
            case CalloutOutcome.Undecided:
                var test = Undecided(evaluation, callout, "sender", result);
                if (test.Outcome != AclTestOutcome.Defer)
                {
                    return test;
                }

                Log(evaluation, sender, deferred: true, test.LogMessage!);
                return test with { LogMessage = test.UserMessage };
            default:
                evaluation.SetVariable("sender_verify_failure", result.Reason);
                evaluation.SetVariable("acl_verify_message", result.Details);
                Log(evaluation, sender, deferred: false, result.Log);
                Tell(evaluation, options, sender, result.TextsFor(sender.ToString()));
                return AclTest.Failed("Sender verify failed", "Sender verify failed");
        }
    }

    /// <summary>The sender is rewritten before it is verified, and remains so.</summary>
    private static async ValueTask<EnvelopeAddress> SenderAsync(EvaluationScope scope, VerifyOptions options, CancellationToken cancellationToken)
    {
        if (options.Address is { } text)
        {
            return (await EnvelopeRewriting.RewriteAsync(scope, AddressText.Read(text), RewritePlaces.EnvelopeFrom, cancellationToken)).Address;
        }

        await EnvelopeRewriting.RewriteSenderAsync(scope, cancellationToken);
        return scope.Message.Sender;
    }

    private static void Log(AclEvaluation evaluation, EnvelopeAddress sender, bool deferred, string why)
    {
        if (!evaluation.Message.AclState.ToldSenders.Contains(sender.ToString()))
        {
            evaluation.Log(
                "sender_verify_fail",
                PolicyLogTarget.Main | PolicyLogTarget.Reject,
                $"H={ClientText.FullHost(evaluation.Connection)} sender verify {(deferred ? "defer" : "fail")} for <{sender}>{(why.Length == 0 ? "" : $": {why}")}");
        }
    }

    private static void Tell(AclEvaluation evaluation, VerifyOptions options, EnvelopeAddress sender, string[] texts, bool deferred = false)
    {
        if (!options.NoDetails)
        {
            evaluation.SenderVerify = new SenderVerifyDetails(sender.ToString(), texts, deferred);
        }
    }

    private static AclTest ConcludeRouting(AclEvaluation evaluation, string variable, AddressVerification verified)
    {
        switch (verified.Outcome)
        {
            case VerificationOutcome.Verified:
                return AclTest.True;
            case VerificationOutcome.Deferred:
                evaluation.SetVariable("acl_verify_message", verified.Message);
                return AclTest.Defer(verified.Message, verified.Message);
            default:
                evaluation.SetVariable(variable, "route");
                evaluation.SetVariable("acl_verify_message", verified.Message);
                return AclTest.Failed(verified.Message, verified.Message);
        }
    }
}
