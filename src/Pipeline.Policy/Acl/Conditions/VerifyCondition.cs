using Pipeline.Policy.Acl.Verification;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl.Conditions;

/// <summary><c>verify =</c>: what is verified says its first word.</summary>
internal sealed class VerifyCondition() : AclCondition("verify")
{
    public override AclChecks ChecksOf(string value)
    {
        if (value.TrimStart().StartsWith("arc", StringComparison.OrdinalIgnoreCase))
        {
            return AclChecks.Arc | AclChecks.Dkim;
        }

        return value.Contains('$', StringComparison.Ordinal) ? AclChecks.Arc | AclChecks.Dkim | AclChecks.HostName
            : value.Contains("reverse_host_lookup", StringComparison.Ordinal) ? AclChecks.HostName
            : AclChecks.None;
    }

    /// <summary>A value that is not constant, or wrong, is judged when it is reached.</summary>
    public override Support SupportOf(string value) => VerifyOptions.Parse(value, out _) switch
    {
        { Quota: true } => Support.RefusedWhenReached("quotas are not looked at before delivery; routers are asked without \"quota\""),
        { Subject: VerifySubject.Csa } => Support.RefusedWhenReached("use \"verify = helo\" or spf"),
        _ => Support.Done,
    };

    public override async ValueTask<AclTest> RunAsync(AclEvaluation evaluation, AclItem item, string argument, CancellationToken cancellationToken)
    {
        if (VerifyOptions.Parse(argument, out var error) is not { } options)
        {
            return AclTest.Error(error);
        }

        if (!AllowedFor(options.Subject).Contains(evaluation.Point))
        {
            return AclTest.Error($"cannot verify {options.Name} in ACL for {AclPointTraits.Of(evaluation.Point).Name}");
        }

        if (options.Quota)
        {
            return AclTest.Error($"quota verification is not available in this version ({item.Location})");
        }

        var test = options.Subject switch
        {
            VerifySubject.Recipient => await AddressVerifyTest.RecipientAsync(evaluation, options, cancellationToken),
            VerifySubject.Sender => await AddressVerifyTest.SenderAsync(evaluation, options, cancellationToken),
            VerifySubject.HeaderSender => await HeaderVerifyTest.SenderAsync(evaluation, options, cancellationToken),
            VerifySubject.HeaderSyntax => HeaderVerifyTest.Syntax(evaluation),
            VerifySubject.HeaderNamesAscii => HeaderVerifyTest.NamesAscii(evaluation),
            VerifySubject.NotBlind => HeaderVerifyTest.NotBlind(evaluation, options.CaseInsensitive),
            VerifySubject.ReverseHostLookup => await ClientVerifyTest.ReverseLookupAsync(evaluation, cancellationToken),
            VerifySubject.Helo => await ClientVerifyTest.HeloAsync(evaluation, cancellationToken),
            VerifySubject.Certificate => ClientVerifyTest.Certificate(evaluation),
            VerifySubject.Arc => await ArcVerifyTest.RunAsync(evaluation, options.List, cancellationToken),
            _ => AclTest.Error($"\"verify = {options.Name}\" is not available in this version ({item.Location})"),
        };
        return test.Outcome == AclTestOutcome.Defer && options.DeferOk ? AclTest.True : test;
    }

    private static AclPoints AllowedFor(VerifySubject subject) => subject switch
    {
        VerifySubject.Recipient => AclPoints.Rcpt,
        VerifySubject.Sender => AclPoints.Mail | AclPoints.Rcpt | AclPoints.Predata | AclPoints.Data | AclPoints.DataPrdr | AclPoints.Mime | AclPoints.Dkim | AclPoints.NotSmtp,
        VerifySubject.HeaderSender or VerifySubject.HeaderSyntax or VerifySubject.HeaderNamesAscii or VerifySubject.NotBlind => AclPoints.Data | AclPoints.NotSmtp,
        VerifySubject.Arc => AclPoints.Data,
        _ => AclPoints.All,
    };
}
