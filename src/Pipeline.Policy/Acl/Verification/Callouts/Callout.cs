using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Acl.Verification.Callouts;

/// <summary>One callout: from memory where that is enough, else by asking.</summary>
internal static class Callout
{
    /// <summary>How many commands' time all hosts together may take.</summary>
    private const int CommandsInMaxWait = 4;

    /// <param name="routed">Null when the address does not go to a host.</param>
    /// <param name="requireTls">The hosts must promise to keep to REQUIRETLS.</param>
    /// <returns>Accepted when there is nobody to ask: no host, or a dry run.</returns>
    public static async ValueTask<CalloutResult> RunAsync(
        AclEvaluation evaluation, RoutedAddress? routed, CalloutOptions options, bool requireTls, CancellationToken cancellationToken)
    {
        if (routed is null || evaluation.Message.Callouts is not { } services || !GoesToHosts(evaluation.Scope.Environment.Policy, routed))
        {
            return CalloutResult.Accepted;
        }

        var question = await QuestionAsync(evaluation.Scope, routed.Address.ToEnvelopeAddress(), options, requireTls, cancellationToken);
        var memory = options.NoCache ? null : await CalloutMemory.RecallAsync(
            question, services.Cache, evaluation.Scope.Environment.Policy.MainOptions, evaluation.Scope.Environment.Time.GetUtcNow(), cancellationToken);
        if (memory is not null && Remembered(memory, ref question) is { } known)
        {
            return known;
        }

        if (await services.Agent.AskAsync(evaluation.Scope, routed, question, cancellationToken) is not { } answer)
        {
            return CalloutResult.Accepted;
        }

        if (answer.Called is { } called)
        {
            evaluation.SetVariable("callout_address", $"[{called.Address}]:{called.Port}");
        }

        if (memory is not null)
        {
            await memory.LearnAsync(answer, cancellationToken);
        }

        return answer.Outcome == CalloutOutcome.Accepted ? CalloutResult.Accepted : CalloutResult.Of(answer);
    }

    private static bool GoesToHosts(MailPolicy policy, RoutedAddress routed) =>
        routed.Routing.Transport is { } name && policy.Transports.TryGetValue(name, out var transport) && !transport.IsLocal;

    private static async ValueTask<CalloutQuestion> QuestionAsync(
        EvaluationScope scope, EnvelopeAddress recipient, CalloutOptions options, bool requireTls, CancellationToken cancellationToken)
    {
        EnvelopeAddress? random = null;
        if (options.Random)
        {
            // A text that cannot be made is as good as none: the host is asked about the address itself then.
            var local = await scope.Environment.Policy.MainOptions.CalloutRandomLocalPart.ExpandAsync(scope, cancellationToken);
            random = local is { IsSuccess: true, Value.Length: > 0 } ? new EnvelopeAddress(local.Value, recipient.Domain) : null;
        }

        return new CalloutQuestion
        {
            Sender = options switch
            {
                { UseSender: true } => scope.Message.Sender,
                { UsePostmaster: true } => new EnvelopeAddress("postmaster", scope.Environment.QualifyDomain),
                { MailFrom: { } mailFrom } => AddressText.Read(mailFrom),
                _ => EnvelopeAddress.Null,
            },
            Recipient = recipient,
            RequireTls = requireTls,
            Random = random,
            PostmasterSender = options.PostmasterSender is { } postmaster ? AddressText.Read(postmaster) : null,
            FullPostmaster = options.FullPostmaster,
            CommandTimeout = options.Timeout,
            ConnectTimeout = options.ConnectTimeout ?? options.Timeout,
            MaxWait = options.MaxWait ?? options.Timeout * CommandsInMaxWait,
        };
    }

    /// <summary>What is known already is not asked again, which may leave nothing to ask.</summary>
    private static CalloutResult? Remembered(CalloutMemory memory, ref CalloutQuestion question)
    {
        if (memory.SetupRefused)
        {
            return CalloutResult.Remembered(CalloutOutcome.SetupRefused);
        }

        if (question.Random is not null && memory.RandomAccepted is { } random)
        {
            if (random)
            {
                return CalloutResult.Accepted;
            }

            question = question with { Random = null };
        }

        if (question.PostmasterSender is not null && memory.PostmasterAccepted is { } postmaster)
        {
            if (!postmaster)
            {
                return CalloutResult.Remembered(CalloutOutcome.PostmasterRefused);
            }

            question = question with { PostmasterSender = null };
        }

        return memory.RecipientAccepted switch
        {
            false => CalloutResult.Remembered(CalloutOutcome.RecipientRefused),
            true when question.PostmasterSender is null => CalloutResult.Accepted,
            _ => null,
        };
    }
}
