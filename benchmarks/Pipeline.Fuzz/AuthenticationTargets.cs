using System.Buffers;
using System.Text;
using Pipeline.Mail.Arc;
using Pipeline.Mail.AuthResults;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dmarc;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Mail.Spf;

namespace Pipeline.Fuzz;

/// <summary>What senders and their name servers claim: SPF records, DKIM signatures and keys, Authentication-Results.</summary>
internal static class AuthenticationTargets
{
    public static FuzzTarget[] All { get; } =
    [
        new("spf-record", input => _ = SpfRecordParser.IsSpfRecord(input) && SpfRecordParser.TryParse(input, out _, out _), Targets.Seeds(
            "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 a:%{d1r+-}.example/24//64 mx -include:_x.%{i} exists:%{l}.x ?ptr redirect=b.example exp=e.%{d}", "v=spf1 ~all"),
            AllocationFactor: 512),
        new("dkim-signature", input => _ = DkimSignatureParser.Parse(input.ToArray(), DkimLimits.Default, out _), Targets.Seeds(
            " v=1; a=rsa-sha256; c=relaxed/simple; d=a.example; s=k; h=From:To; i=u=40x@a.example;\r\n\tl=10; t=1; x=2; q=dns/txt; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"),
            AllocationFactor: 512),
        new("dkim-key", input => _ = DkimKeyRecord.TryParse(input.ToArray(), DkimLimits.Default, out _, out _, out _), Targets.Seeds(
            "v=DKIM1; k=ed25519; h=sha256; s=email:*; t=y:s; n=x; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="), AllocationFactor: 512),
        new("dmarc-record", ReadDmarcRecord, Targets.Seeds(
            "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; fo=0:1:d:s; psd=n; t=y; pct=50; ri=3600; rua=mailto:a%2Bb@x.example!10m, https://y.example/; ruf=mailto:c@z.example",
            "v = DMARC1"), AllocationFactor: 1024),
        new("public-suffixes", input => _ = PublicSuffixList.TryParse(Encoding.UTF8.GetString(input), out _, out _), Targets.Seeds(
            "// comment\ncom\n*.ck\n!www.ck\nрф rest\n"), AllocationFactor: 1024),
        new("authentication-results", input => _ = AuthResultsParser.TryParse(input, AuthResultsReading.Tolerant, out _, out _), Targets.Seeds(
            " mx.example 1; spf=pass (c (d)) smtp.mailfrom=a.example; dkim=fail reason=\"x\" header.d=b header.b=\"a/b=\"", " x; none"), AllocationFactor: 512),
        new("arc-chain", VerifyChain, Targets.Seeds(
            "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=a.example; s=k; t=1;\r\n\tb=AAAA\r\nARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=a.example; s=k;\r\n"
            + "\th=From; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\nARC-Authentication-Results: i=1; a.example; spf=pass\r\nFrom: a@a.example\r\n",
            "ARC-Seal: i=2; a=ed25519-sha256; cv=fail; d=a.example; s=k; b=AAAA\r\n"), AllocationFactor: 1024, AllocationAllowance: 256 * 1024),
        new("arc-seal-message", SealMessage, Targets.Seeds(
            "Authentication-Results: a.example; spf=pass (c;d) smtp.mailfrom=b;\r\n\tarc=none\r\nFrom: a@a.example\r\n",
            "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=a.example; s=k; b=AAAA\r\nAuthentication-Results: \"a.example\"; arc=pass\r\n"),
            AllocationFactor: 1024, AllocationAllowance: 256 * 1024),
    ];

    private static readonly ZoneResolver NoKeys = new(new Dictionary<string, ZoneName>());

    private static readonly DkimPrivateKey Key = DkimPrivateKey.FromEd25519Seed(new byte[32], out var problem) ?? throw new InvalidOperationException(problem);

    /// <summary>A header whose keys are all missing: no chain can pass, and each failure says why.</summary>
    private static void VerifyChain(ReadOnlySpan<byte> input)
    {
        if (HeaderBlock.Parse(input.ToArray(), HeaderLimits.Default, out var header, out _, out _) != OperationStatus.Done)
        {
            return;
        }

        using var verifier = new ArcVerifier(header, TimeProvider.System, new DkimKeyCache());
        var result = verifier.CompleteAsync(NoKeys, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Targets.Require(result.State == ArcState.None || (result.State == ArcState.Fail && result.Reason.Length > 0), "none, or a failure with its reason");
    }

    /// <summary>Whatever is sealed can be read as a header again, with three fields more.</summary>
    private static void SealMessage(ReadOnlySpan<byte> input)
    {
        if (HeaderBlock.Parse(input.ToArray(), HeaderLimits.Default, out var header, out _, out _) != OperationStatus.Done)
        {
            return;
        }

        using var hashes = new BodyHashSet(1);
        var options = new ArcSigningOptions { Domain = "a.example", Selector = "k", Key = Key };
        if (ArcSigner.Create(header, options, TimeProvider.System, hashes, out _) is { } signer)
        {
            hashes.Finish();
            Targets.Require(
                HeaderBlock.Parse(signer.Sign(header), HeaderLimits.Default, out var added, out _, out _) == OperationStatus.Done && added.Count == 3, "three fields are added");
        }
    }

    private static void ReadDmarcRecord(ReadOnlySpan<byte> input)
    {
        if (!DmarcRecordParser.IsDmarcRecord(input))
        {
            return;
        }

        foreach (var evaluation in Enum.GetValues<DmarcEvaluation>())
        {
            var record = DmarcRecordParser.Parse(input, evaluation);
            Targets.Require(record.Percent is >= 0 and <= 100 && record.AggregateReports.Length <= DmarcReportUri.MaxPerTag, "numbers are in their bounds");
        }
    }
}
