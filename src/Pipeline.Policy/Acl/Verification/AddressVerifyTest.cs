using Pipeline.Mail.Addressing;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Rewriting;

namespace Pipeline.Policy.Acl.Verification;

/// <summary><c>verify = recipient</c> and <c>verify = sender</c>: the routers are asked.</summary>
internal static class AddressVerifyTest
{
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

        evaluation.ShowsTemporaryDetails |= verified.ForClient;
        return Conclude(evaluation, "recipient_verify_failure", verified);
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

        var test = Conclude(evaluation, "sender_verify_failure", verified);
        if (test.Outcome == AclTestOutcome.True)
        {
            return test;
        }

        Report(evaluation, options, sender, verified);
        return test.Outcome == AclTestOutcome.Defer
            ? AclTest.Defer($"Could not complete sender verify: {verified.Message}", "Could not complete sender verify")
            : AclTest.Failed("Sender verify failed", "Sender verify failed");
    }

    /// <summary>The sender is rewritten before it is verified, and remains so.</summary>
    private static async ValueTask<EnvelopeAddress> SenderAsync(EvaluationScope scope, VerifyOptions options, CancellationToken cancellationToken)
    {
        if (options.Address is { } text)
        {
            return (await EnvelopeRewriting.RewriteAsync(scope, Parse(text), RewritePlaces.EnvelopeFrom, cancellationToken)).Address;
        }

        await EnvelopeRewriting.RewriteSenderAsync(scope, cancellationToken);
        return scope.Message.Sender;
    }

    private static void Report(AclEvaluation evaluation, VerifyOptions options, EnvelopeAddress sender, AddressVerification verified)
    {
        var told = evaluation.Message.AclState.ToldSenders.Contains(sender.ToString());
        if (!told && evaluation.Engine.Services.LogSenderVerifyFailures)
        {
            var what = verified.Outcome == VerificationOutcome.Failed ? "fail" : "defer";
            evaluation.Log(PolicyLogTarget.Main | PolicyLogTarget.Reject, $"H={ClientText.FullHost(evaluation.Connection)} sender verify {what} for <{sender}>: {verified.Message}");
        }

        if (!options.NoDetails)
        {
            evaluation.SenderVerify = new SenderVerifyDetails(sender.ToString(), verified.Message);
        }
    }

    private static AclTest Conclude(AclEvaluation evaluation, string variable, AddressVerification verified)
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

    private static EnvelopeAddress Parse(string text)
    {
        text = text.Trim().TrimStart('<').TrimEnd('>');
        var at = text.LastIndexOf('@');
        return at < 0 ? new EnvelopeAddress(text, "") : new EnvelopeAddress(text[..at], text[(at + 1)..]);
    }
}
