using Pipeline.Mail.Addressing;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl.Verification.Callouts;

/// <summary>What earlier callouts have found about the address of a question and its domain, and for how long that holds.</summary>
internal sealed class CalloutMemory
{
    private readonly CalloutQuestion _question;
    private readonly ICalloutCache _cache;
    private readonly MainOptions _options;
    private readonly DateTimeOffset _now;
    private readonly string _addressKey;
    private readonly string _domainKey;
    private CalloutRecord _domain = new();
    private CalloutRecord _address = new();

    private CalloutMemory(CalloutQuestion question, ICalloutCache cache, MainOptions options, DateTimeOffset now)
    {
        (_question, _cache, _options, _now) = (question, cache, options, now);
        _addressKey = AddressKey(question);
        _domainKey = $"callout/domain/{question.Recipient.Domain.ToLowerInvariant()}";
    }

    /// <summary>Connections, HELO or MAIL are refused there.</summary>
    public bool SetupRefused => Valid(_domain.Setup, negative: DomainNegative) is { Accepted: false }
        || (_question.Sender.IsNull && Valid(_domain.NullSender, negative: DomainNegative) is { Accepted: false });

    /// <summary>Null when it is not known.</summary>
    public bool? RandomAccepted => Valid(_domain.Random, negative: DomainPositive)?.Accepted;

    public bool? PostmasterAccepted => Valid(_domain.Postmaster, negative: DomainNegative)?.Accepted;

    public bool? RecipientAccepted => Valid(_address.Recipient, _options.CalloutPositiveExpire, _options.CalloutNegativeExpire)?.Accepted;

    private TimeSpan DomainPositive => _options.CalloutDomainPositiveExpire;

    private TimeSpan DomainNegative => _options.CalloutDomainNegativeExpire;

    public static async ValueTask<CalloutMemory> RecallAsync(
        CalloutQuestion question, ICalloutCache cache, MainOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var memory = new CalloutMemory(question, cache, options, now);
        memory._domain = await cache.GetAsync(memory._domainKey, cancellationToken) ?? memory._domain;
        memory._address = await cache.GetAsync(memory._addressKey, cancellationToken) ?? memory._address;
        return memory;
    }

    /// <summary>Remembers what is final in an answer.</summary>
    public async ValueTask LearnAsync(CalloutAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Outcome is CalloutOutcome.Undecided or CalloutOutcome.RequireTlsMissing)
        {
            return;
        }

        var domain = answer.Outcome == CalloutOutcome.SetupRefused ? OfRefusal(answer) : _domain with
        {
            Setup = new CalloutFinding(true, _now),
            NullSender = _question.Sender.IsNull ? new CalloutFinding(true, _now) : _domain.NullSender,
            Random = answer.RandomAccepted is { } random ? new CalloutFinding(random, _now) : _domain.Random,
            Postmaster = answer.PostmasterAccepted is { } postmaster ? new CalloutFinding(postmaster, _now) : _domain.Postmaster,
        };
        await _cache.PutAsync(_domainKey, domain, cancellationToken);
        if (answer.Outcome != CalloutOutcome.SetupRefused && answer.RandomAccepted is not true)
        {
            var accepted = answer.Outcome != CalloutOutcome.RecipientRefused;
            await _cache.PutAsync(_addressKey, new CalloutRecord { Recipient = new CalloutFinding(accepted, _now) }, cancellationToken);
        }
    }

    /// <summary>A MAIL with a sender may be refused for that sender's sake: this says nothing of the domain.</summary>
    private CalloutRecord OfRefusal(CalloutAnswer answer) => !answer.MailRefused
        ? _domain with { Setup = new CalloutFinding(false, _now) }
        : _question.Sender.IsNull ? _domain with { NullSender = new CalloutFinding(false, _now) } : _domain;

    private CalloutFinding? Valid(CalloutFinding? finding, TimeSpan negative) => Valid(finding, DomainPositive, negative);

    private CalloutFinding? Valid(CalloutFinding? finding, TimeSpan positive, TimeSpan negative) =>
        finding is not null && _now - finding.At < (finding.Accepted ? positive : negative) ? finding : null;

    /// <summary>Another sender in MAIL may get another answer.</summary>
    private static string AddressKey(CalloutQuestion question)
    {
        var address = new EnvelopeAddress(question.Recipient.LocalPart, question.Recipient.Domain.ToLowerInvariant());
        return question.Sender.IsNull ? $"callout/address/{address}" : $"callout/address/{address}/<{question.Sender}>";
    }
}
