using System.Numerics;
using System.Text;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Mail.Tests.Dns;

namespace Pipeline.Mail.Tests.Arc;

/// <summary>What a hostile chain may cost, counted in questions; and which words a failure gets.</summary>
public sealed class ArcVerifierTests
{
    private const string Plain = "From: a@example.com\r\nSubject: one\r\n\r\nhello\r\n";

    private static readonly HeaderLimits Wide = new() { MaxBlockBytes = int.MaxValue, MaxFields = 20_000 };

    [Theory]
    [InlineData("ARC-Authentication-Results: i=1; x.example; none\r\n")]
    [InlineData("ARC-Seal: i=1; a=rsa-sha256; b=QUJD; cv=none; d=x.example; s=s\r\n")]
    [InlineData("ARC-Message-Signature: junk\r\n")]
    public async Task Ten_thousand_fields_are_counted_and_not_read(string field)
    {
        var dns = new CountingResolver(ArcHop.Zone());
        var message = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(field, 10_000)) + Plain);
        var result = await ArcRun.VerifyAsync(message, dns, ArcHop.Now, headerLimits: Wide);
        Assert.Equal(("fail", "collecting headers: too many", 0), (result.Word, result.Reason, result.Instances));
        Assert.Equal(0, dns.Questions);
    }

    [Fact]
    public async Task A_set_beyond_the_fiftieth_fails_without_a_question()
    {
        var hops = ArcHop.Many(50);
        var message = ArcHop.Hops(hops, Plain);
        var more = "ARC-Seal: i=51; a=rsa-sha256; b=QUJD; cv=pass; d=x.example; s=s\r\n" + message;
        var dns = new CountingResolver(ArcHop.Zone(hops));
        var result = await ArcHop.VerifyAsync(more, dns);
        Assert.Equal(("fail", "collecting headers: too many", 0), (result.Word, result.Reason, dns.Questions));
        var instead = message[message.IndexOf("\r\nARC-Message", StringComparison.Ordinal)..].TrimStart();
        result = await ArcHop.VerifyAsync("ARC-Seal: i=51; a=rsa-sha256; b=QUJD; cv=pass; d=x.example; s=s\r\n" + instead, dns);
        Assert.Equal(("fail", "collecting headers: inserting AS", 50, 0), (result.Word, result.Reason, result.Instances, dns.Questions));
    }

    [Fact]
    public async Task Fifty_keys_are_asked_for_once_each_and_ten_of_a_chain_whose_newest_set_fails()
    {
        var hops = ArcHop.Many(50);
        var message = ArcHop.Hops(hops, Plain);
        var dns = new CountingResolver(ArcHop.Zone(hops));
        Assert.Equal("pass", (await ArcHop.VerifyAsync(message, dns)).Word);
        Assert.Equal(50, dns.Questions);
        dns = new CountingResolver(ArcHop.Zone(hops));
        Assert.Equal("AMS body hash miscompare", (await ArcHop.VerifyAsync(message + "more\r\n", dns)).Reason);
        Assert.Equal(ArcLimits.Default.MaxEarlyKeys, dns.Questions);
    }

    [Fact]
    public async Task A_key_of_16384_bits_is_refused_before_it_is_used()
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger((BigInteger.One << 16383) + 1);
            writer.WriteInteger(65537);
        }

        var hop = new ArcHop("mx.example");
        var message = hop.Forward(Plain, "none").Replace("ed25519-sha256", "rsa-sha256", StringComparison.Ordinal);
        var dns = new ZoneResolver(new Dictionary<string, ZoneName>
        {
            [hop.RecordName] = new([TextRecord.Of($"p={Convert.ToBase64String(writer.Encode())}")]),
        });
        var result = await ArcHop.VerifyAsync(message, dns);
        Assert.Equal(("fail", "pubkey problem", "the key is too long: 16384 bits"), (result.Word, result.Reason, result.Detail));
    }

    [Fact]
    public async Task Name_servers_that_are_away_are_no_failure_of_the_chain()
    {
        var hops = ArcHop.Many(3);
        var message = ArcHop.Hops(hops, Plain);
        var names = hops.ToDictionary(hop => hop.RecordName, hop => hop.Record);
        names[hops[0].RecordName] = new ZoneName([], DnsAnswer.TemporaryFailure("timeout"));
        var result = await ArcHop.VerifyAsync(message, new ZoneResolver(names));
        Assert.Equal((ArcState.TempError, "temperror", "pubkey problem", 1, 2), (result.State, result.Word, result.Reason, result.FailedInstance, result.OldestPass));
    }

    [Theory]
    [InlineData("ARC-Authentication-Results: i=2", "X-Gone: i=2", "(i=2 (missing header))", 2)]
    [InlineData("cv=none", "cv=pass", "(i=1 (cv))", 1)]
    [InlineData("cv=pass", "cv=none", "(i=2 (cv))", 2)]
    [InlineData("cv=pass", "cv=passed", "seal hash setup error", 2)]
    [InlineData("cv=pass", "cw=pass", "required tag missing", 2)]
    [InlineData("cv=pass", "cv=fail", "seal cv state", 2)]
    [InlineData("cv=pass", "h=From; cv=pass", "seal hash setup error", 2)]
    [InlineData("cv=pass", "i=2; cv=pass", "collecting headers: inserting AS", 0)]
    [InlineData("ARC-Message-Signature: i=2", "ARC-Message-Signature: i=2x", "collecting headers: inserting AMS", 0)]
    [InlineData("ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: ", "collecting headers: inserting AAR", 0)]
    [InlineData("ARC-Message-Signature: i=2;", "ARC-Message-Signature: i=2; y=1;", "AMS sig nonverify", 2)]
    [InlineData("bh=", "zz=", "required tag missing", 2)]
    [InlineData("hello", "hallo", "AMS body hash miscompare", 2)]
    [InlineData("Subject: one", "Subject: two", "AMS sig nonverify", 2)]
    [InlineData("; hop1.example;", "; hop7.example;", "seal sigverify error", 2)]
    [InlineData("h=From", "h=ARC-Seal:From", "AMS sig nonverify", 2)]
    public async Task Each_failure_has_the_words_of_Exim_and_its_instance(string what, string with, string reason, int instance)
    {
        var hops = ArcHop.Many(2);
        var message = ArcHop.Hops(hops, Plain);
        var at = message.IndexOf(what, StringComparison.Ordinal);
        Assert.True(at >= 0, message);
        var result = await ArcHop.VerifyAsync(message[..at] + with + message[(at + what.Length)..], ArcHop.Zone(hops));
        Assert.Equal(ArcState.Fail, result.State);
        Assert.Equal((reason, instance), (result.Reason, result.FailedInstance));
        Assert.Empty(result.Domains);
    }

    [Fact]
    public async Task A_chain_without_its_first_set_is_out_of_sequence()
    {
        var hops = ArcHop.Many(2);
        var message = ArcHop.Hops(hops, Plain).Replace("i=1;", "i=2;", StringComparison.Ordinal);
        Assert.Equal("collecting headers: inserting AS", (await ArcHop.VerifyAsync(message, ArcHop.Zone(hops))).Reason);
        message = ArcHop.Hops(hops, Plain).Replace("i=2;", "i=3;", StringComparison.Ordinal);
        Assert.Equal("(i=1 (sequence; expected 2))", (await ArcHop.VerifyAsync(message, ArcHop.Zone(hops))).Reason);
        message = hops[0].Forward(Plain, "none").Replace("i=1;", "i=2;", StringComparison.Ordinal).Replace("cv=none", "cv=pass", StringComparison.Ordinal);
        var result = await ArcHop.VerifyAsync(message, ArcHop.Zone(hops));
        Assert.Equal(("(sequence; expected i=1)", 1, 2), (result.Reason, result.FailedInstance, result.Instances));
    }

    [Fact]
    public async Task Where_the_fields_stand_and_how_they_are_folded_does_not_matter()
    {
        var hops = ArcHop.Many(3);
        var message = ArcHop.Hops(hops, Plain);
        var end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var fields = message[..end].Replace("\r\n\t", "\t", StringComparison.Ordinal).Split("\r\n");
        new Random(1).Shuffle(fields);
        var shuffled = string.Join("\r\n", fields.Select(field => field.StartsWith("ARC-Seal", StringComparison.Ordinal) ? "arc-seal" + field[8..].Replace("; ", ";\r\n  ", StringComparison.Ordinal) : field));
        Assert.Equal("pass", (await ArcHop.VerifyAsync(shuffled + message[end..], ArcHop.Zone(hops))).Word);
    }

    [Fact]
    public async Task Mutated_chains_give_a_result_with_a_reason_and_never_an_exception()
    {
        var random = new Random(50);
        var hops = ArcHop.Many(2);
        var zone = ArcHop.Zone(hops);
        var original = Encoding.ASCII.GetBytes(ArcHop.Hops(hops, Plain));
        var end = original.AsSpan().IndexOf("\r\n\r\n"u8);
        for (var round = 0; round < 3_000; round++)
        {
            var mutated = original.ToArray();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                mutated[random.Next(end)] = (byte)random.Next(256);
            }

            var result = await ArcRun.VerifyAsync(mutated, zone, ArcHop.Now);
            Assert.Equal(result.State is ArcState.Pass or ArcState.None, result.Reason.Length == 0);
        }
    }
}
