using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;

namespace Pipeline.Mail.Tests.Arc;

public sealed class ArcSignerTests
{
    private const string Plain = "From: a@example.com\r\nTo: b@example.net\r\nSubject: one\r\n\r\nhello\r\n";

    private static readonly ArcHop Hop = new("mx.example");
    private static readonly ArcHop RsaHop = new("rsa.example", CreateRsaKey());

    [Fact]
    public async Task Random_messages_verify_hop_after_hop_with_both_kinds_of_keys_in_every_form()
    {
        var random = new Random(8617);
        foreach (var forms in from header in Enum.GetValues<CanonicalForm>() from body in Enum.GetValues<CanonicalForm>() select (header, body))
        {
            ArcHop[] hops =
            [
                .. new[] { Hop, RsaHop, new ArcHop("third.example") }.Select(hop =>
                    new ArcHop(hop.Options.Domain, hop.Options.Key) { Options = hop.Options with { HeaderForm = forms.header, BodyForm = forms.body } }),
            ];
            for (var round = 0; round < 8; round++)
            {
                var message = RandomMessage(random);
                for (var count = 1; count <= hops.Length; count++)
                {
                    var hop = hops[count - 1];
                    message = hop.Forward(message, count == 1 ? "none" : "pass");
                    var result = await ArcHop.VerifyAsync(message, ArcHop.Zone(hops));
                    Assert.Equal(("pass", "", 1), (result.Word, result.Reason + result.Detail, result.OldestPass));
                    Assert.Equal(hops[..count].Select(h => h.Options.Domain), result.Domains);
                }
            }
        }
    }

    [Fact]
    public async Task A_list_that_changes_header_and_footer_keeps_the_chain_and_moves_the_oldest_pass()
    {
        var hops = ArcHop.Many(4);
        var message = ArcHop.Hops(hops[..2], Plain);
        message = message.Replace("Subject: one", "Subject: [list] one", StringComparison.Ordinal) + "-- \r\nfooter\r\n";
        Assert.Equal("AMS body hash miscompare", (await ArcHop.VerifyAsync(message, ArcHop.Zone(hops))).Reason);
        message = hops[3].Forward(hops[2].Forward(message, "pass"), "pass");
        var result = await ArcHop.VerifyAsync(message, ArcHop.Zone(hops));
        Assert.Equal(("pass", 4, 3), (result.Word, result.Instances, result.OldestPass));
    }

    [Fact]
    public void The_fields_have_the_layout_of_Exim_and_short_lines()
    {
        var hop = new ArcHop("mx.example", RsaHop.Options.Key);
        hop = new ArcHop("mx.example", RsaHop.Options.Key) { Options = hop.Options with { Expires = DateTimeOffset.FromUnixTimeSeconds(ArcHop.Now + 60) } };
        var added = hop.Forward(Plain, "none").Split("\r\nAuthentication-Results:")[0];
        var fields = added.Replace("\r\n\t", "", StringComparison.Ordinal).Split("\r\n").Select(field => field.Replace(" ", "", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, fields.Length);
        Assert.StartsWith($"ARC-Seal:i=1;a=rsa-sha256;cv=none;d=mx.example;s=sel;t={ArcHop.Now};b=", fields[0], StringComparison.Ordinal);
        Assert.StartsWith(
            $"ARC-Message-Signature:i=1;a=rsa-sha256;c=relaxed/relaxed;d=mx.example;s=sel;t={ArcHop.Now};x={ArcHop.Now + 60};bh=", fields[1], StringComparison.Ordinal);
        Assert.Equal("ARC-Authentication-Results:i=1;mx.example;arc=none", fields[2]);
        Assert.Equal(["i", "a", "c", "d", "s", "t", "x", "bh", "h", "b"], fields[1]["ARC-Message-Signature:".Length..].Split(';').Select(tag => tag.Split('=')[0]));
        Assert.Contains("h=From:Subject:To;", fields[1], StringComparison.Ordinal);
        Assert.All(added.Split("\r\n"), line => Assert.True(line.Length <= 78, line));
    }

    [Fact]
    public void All_results_of_the_own_domain_become_one_field_and_those_of_others_none()
    {
        var message =
            "Authentication-Results: MX.example 1; spf=pass (c; d) smtp.mailfrom=a.example;\r\n"
            + "Authentication-Results: mx.example.evil; spf=fail\r\n"
            + "Authentication-Results: \"mx.example\"; dkim=pass\r\n\theader.d=a.example; arc=none\r\n"
            + "Authentication-Results: mx.example; none\r\n"
            + "Authentication-Results: mx.example; (broken\r\n" + Plain;
        var sealedMessage = Hop.Seal(message);
        Assert.Contains(
            "ARC-Authentication-Results: i=1; mx.example;\r\n\tspf=pass (c; d) smtp.mailfrom=a.example;\r\n\tdkim=pass\r\n\theader.d=a.example; arc=none\r\n"
            + "Authentication-Results: MX.example 1;", sealedMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_that_found_nothing_says_so()
    {
        Assert.Contains("ARC-Authentication-Results: i=1; mx.example;\r\n\tnone\r\n", Hop.Seal($"Authentication-Results: mx.example; none\r\n{Plain}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no Authentication-Results header for signing")]
    [InlineData("Authentication-Results: mx.example.evil; arc=none\r\n", "no Authentication-Results header for signing")]
    [InlineData("Authentication-Results: mx.exampl; arc=none\r\n", "no Authentication-Results header for signing")]
    [InlineData("Authentication-Results: mx.example; arc=none\r\nARC-Seal: x\r\n", "no instance can be given: the ARC fields of the message cannot be read, or are too many")]
    public void Without_results_or_an_instance_nothing_is_added(string fields, string expected)
    {
        Assert.Null(Hop.TrySeal(fields + Plain, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("spf=pass", "no Authentication-Results header says whether the chain of the message passes (verify = arc)")]
    [InlineData("arc=none", "no Authentication-Results header says whether the chain of the message passes (verify = arc)")]
    [InlineData("arc=temperror", "the chain could not be verified when the message came")]
    public void A_chain_is_sealed_only_when_it_was_verified(string result, string expected)
    {
        var message = new ArcHop("first.example").Forward(Plain, "none");
        Assert.Null(Hop.TrySeal($"Authentication-Results: mx.example; {result}\r\n{message}", out var problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public async Task A_failed_chain_is_sealed_once_over_the_last_set_alone_and_never_again()
    {
        var hops = ArcHop.Many(2);
        var failed = hops[1].Forward(hops[0].Forward(Plain, "none"), "fail");
        Assert.Contains("cv=fail", failed, StringComparison.Ordinal);

        // The seal covers its own three fields and nothing else: whatever the earlier set holds, sealing gives the same.
        var own = OwnSet(failed);
        Assert.Equal(own, OwnSet(hops[1].Forward(hops[0].Forward(Plain, "none").Replace("cv=none", "cv=fine", StringComparison.Ordinal), "fail")));
        Assert.Equal(3, own.Split("ARC-").Length - 1);
        var result = await ArcHop.VerifyAsync(failed, ArcHop.Zone(hops));
        Assert.Equal(("fail", "seal cv state", 2), (result.Word, result.Reason, result.FailedInstance));
        Assert.Null(Hop.TrySeal($"Authentication-Results: mx.example; arc=fail\r\n{failed}", out var problem));
        Assert.Equal("the newest seal says that the chain has failed", problem);
    }

    [Fact]
    public void A_chain_that_lost_a_field_on_the_way_is_sealed_as_failed_whatever_was_found()
    {
        var message = new ArcHop("first.example").Forward(Plain, "none");
        var broken = message[(message.IndexOf("\r\nARC-Message", StringComparison.Ordinal) + 2)..];
        Assert.Contains("ARC-Seal: i=2; a=ed25519-sha256; cv=fail;", Hop.Forward(broken, "pass"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fifty_sets_verify_and_the_fifty_first_is_not_added()
    {
        var hops = ArcHop.Many(ArcLimits.MaxInstances);
        var message = ArcHop.Hops(hops, Plain);
        var result = await ArcHop.VerifyAsync(message, ArcHop.Zone(hops));
        Assert.Equal(("pass", 50, 1, 50), (result.Word, result.Instances, result.OldestPass, result.Domains.Length));
        Assert.Null(Hop.TrySeal($"Authentication-Results: mx.example; arc=pass\r\n{message}", out var problem));
        Assert.Equal("the chain has 50 sets already", problem);
    }

    [Theory]
    [InlineData("not a domain", "sel")]
    [InlineData("mx.example", "a b")]
    public void A_name_that_is_none_is_refused(string domain, string selector)
    {
        var hop = new ArcHop("mx.example") { Options = Hop.Options with { Domain = domain, Selector = selector } };
        Assert.Null(hop.TrySeal($"Authentication-Results: mx.example; arc=none\r\n{Plain}", out var problem));
        Assert.Equal("the domain or the selector is not a domain name", problem);
    }

    [Fact]
    public async Task A_message_signature_that_has_expired_fails_and_one_below_it_does_not_count()
    {
        var soon = DateTimeOffset.FromUnixTimeSeconds(ArcHop.Now + 60);
        var hops = ArcHop.Many(2);
        hops[0] = new ArcHop(hops[0].Options.Domain) { Options = hops[0].Options with { Expires = soon } };
        var message = ArcHop.Hops(hops, Plain);
        var later = await ArcRun.VerifyAsync(message, ArcHop.Zone(hops), ArcHop.Now + 86_400);
        Assert.Equal(("pass", 2), (later.Word, later.OldestPass));
        var first = await ArcRun.VerifyAsync(hops[0].Forward(Plain, "none"), ArcHop.Zone(hops), ArcHop.Now + 86_400);
        Assert.Equal(("fail", "AMS sig nonverify"), (first.Word, first.Reason));
    }

    private static string OwnSet(string message) => message[..message.IndexOf("Authentication-Results: hop", StringComparison.Ordinal)];

    private static string RandomMessage(Random random)
    {
        var message = new StringBuilder("From: \"x\" <a@example.com>\r\n");
        foreach (var name in new[] { "Subject", "To", "X-Other", "DKIM-Signature", "Date" })
        {
            message.Append(name).Append(random.Next(2) == 0 ? ": " : ":\t").Append(RandomText(random)).Append("\r\n");
        }

        message.Append("\r\n");
        for (var line = random.Next(6); line > 0; line--)
        {
            message.Append(RandomText(random)).Append("\r\n");
        }

        return message.Append(random.Next(2) == 0 ? "end" : "\r\n\r\n").ToString();
    }

    private static string RandomText(Random random) =>
        string.Create(CultureInfo.InvariantCulture, $"{new string(' ', random.Next(3))}w{random.Next(1000)} \t é{(random.Next(3) == 0 ? "\r\n\tfolded" : "")}{new string(' ', random.Next(3))}x");

    private static DkimPrivateKey CreateRsaKey()
    {
        using var rsa = RSA.Create(2048);
        return DkimPrivateKey.FromPem(rsa.ExportPkcs8PrivateKeyPem(), out _)!;
    }
}
