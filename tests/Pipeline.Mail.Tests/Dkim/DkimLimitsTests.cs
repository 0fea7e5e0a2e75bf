using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Mail.Tests.Dns;

namespace Pipeline.Mail.Tests.Dkim;

/// <summary>What a hostile message may cost: counted in questions and results, not in time.</summary>
public sealed class DkimLimitsTests
{
    private const long Now = 1_700_000_000;
    private const string Hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    [Fact]
    public async Task Of_ten_thousand_signatures_twenty_are_examined_and_ten_keys_fetched()
    {
        var dns = new CountingResolver(new ZoneResolver(new Dictionary<string, ZoneName>()));
        var message = Message(string.Concat(Enumerable.Range(0, 10_000).Select(i => Signature($"s{i}"))));
        HeaderBlock.Parse(message, new HeaderLimits { MaxBlockBytes = int.MaxValue, MaxFields = 20_000 }, out var header, out _, out _);
        using var verifier = new DkimVerifier(header, TimeProvider.System, DkimRun.Keys);
        var results = await verifier.CompleteAsync(dns, CancellationToken.None);
        Assert.Equal(10_000, results.Length);
        Assert.Equal(10, dns.Questions);
        Assert.Equal(10, results.Count(r => r.Verdict == DkimVerdict.PermError));
        Assert.Equal(9_990, results.Count(r => r.Failure == DkimFailure.OverLimit && r.Verdict == DkimVerdict.Neutral));
    }

    [Fact]
    public async Task Signatures_with_the_same_key_ask_for_it_once()
    {
        var dns = new CountingResolver(new ZoneResolver(new Dictionary<string, ZoneName>()));
        await DkimRun.VerifyAsync(Message(Signature("s") + Signature("S") + Signature("s")), dns, Now);
        Assert.Equal(1, dns.Questions);
    }

    [Fact]
    public async Task Unreadable_signatures_count_and_cost_no_question()
    {
        var dns = new CountingResolver(new ZoneResolver(new Dictionary<string, ZoneName>()));
        var broken = string.Concat(Enumerable.Repeat("DKIM-Signature: v=1; x\r\n", 20));
        var results = await DkimRun.VerifyAsync(Message(broken + Signature("s")), dns, Now);
        Assert.Equal(0, dns.Questions);
        Assert.Equal(DkimFailure.OverLimit, results[^1].Failure);
    }

    [Fact]
    public void A_hundred_thousand_names_in_h_are_refused_before_they_are_read()
    {
        var names = string.Join(':', Enumerable.Repeat("from", 100_000));
        var value = Encoding.ASCII.GetBytes($"v=1; a=rsa-sha256; d=e.com; s=s; h={names}; bh={Hash}; b=QUJD");
        Assert.Null(DkimSignatureParser.Parse(value, DkimLimits.Default, out var tooLong));
        Assert.Equal(DkimVerdict.Neutral, tooLong!.Verdict);
        Assert.Null(DkimSignatureParser.Parse(value, new DkimLimits { MaxTagListBytes = int.MaxValue }, out var tooMany));
        Assert.Equal(DkimVerdict.Neutral, tooMany!.Verdict);
    }

    [Fact]
    public async Task A_length_beyond_the_body_is_an_error_however_many_digits_it_has()
    {
        var dns = EdZone();
        foreach (var length in new[] { "8", "18446744073709551615", new string('9', 76) })
        {
            var results = await DkimRun.VerifyAsync(Message(Signature("ed", $"l={length}; ", "ed25519-sha256")), dns, Now);
            Assert.Equal("permerror l= is greater than the length of the body", $"{results[0].Word} {results[0].Reason}");
        }
    }

    [Fact]
    public async Task More_body_lengths_than_hashes_are_neutral()
    {
        var signatures = string.Concat(Enumerable.Range(0, 9).Select(i => Signature("ed", $"l={i}; ", "ed25519-sha256")));
        var results = await DkimRun.VerifyAsync(Message(signatures), EdZone(), Now);
        Assert.Equal(DkimFailure.OverLimit, results[8].Failure);
        Assert.NotEqual(DkimFailure.OverLimit, results[7].Failure);
    }

    [Theory]
    [InlineData(16384, DkimVerdict.PermError)]
    [InlineData(8200, DkimVerdict.PermError)]
    [InlineData(1023, DkimVerdict.Policy)]
    [InlineData(512, DkimVerdict.Policy)]
    public async Task Keys_outside_the_sizes_allowed_are_refused_before_they_are_used(int bits, DkimVerdict expected)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger((BigInteger.One << (bits - 1)) + 1);
            writer.WriteInteger(65537);
        }

        var dns = Zone("big", $"p={Convert.ToBase64String(writer.Encode())}");
        var results = await DkimRun.VerifyAsync(Message(Signature("big")), dns, Now);
        Assert.Equal((expected, bits), (results[0].Verdict, results[0].KeyBits));
    }

    [Fact]
    public async Task A_key_that_is_asked_for_early_is_not_asked_for_again()
    {
        var dns = new CountingResolver(EdZone());
        HeaderBlock.Parse(Message(Signature("ed", "", "ed25519-sha256")), HeaderLimits.Default, out var header, out _, out _);
        using var verifier = new DkimVerifier(header, TimeProvider.System, DkimRun.Keys);
        verifier.StartLookups(dns, CancellationToken.None);
        Assert.Equal(1, dns.Questions);
        await verifier.CompleteAsync(dns, CancellationToken.None);
        Assert.Equal(1, dns.Questions);
    }

    [Fact]
    public async Task Mutated_signatures_give_a_result_and_never_an_exception()
    {
        var random = new Random(99);
        var dns = EdZone();
        var original = Message(Signature("ed", "c=relaxed/relaxed; i=@example.com; q=dns/txt; t=1; x=99999999999; ", "ed25519-sha256"));
        for (var round = 0; round < 5_000; round++)
        {
            var mutated = original.ToArray();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                mutated[random.Next("DKIM-Signature:".Length, mutated.Length - 30)] = (byte)random.Next(256);
            }

            foreach (var result in await DkimRun.VerifyAsync(mutated, dns, Now))
            {
                Assert.NotEqual(DkimVerdict.Pass, result.Verdict);
                Assert.NotEmpty(result.Reason);
            }
        }
    }

    private static string Signature(string selector, string extra = "", string algorithm = "rsa-sha256") => string.Create(
        CultureInfo.InvariantCulture, $"DKIM-Signature: v=1; a={algorithm}; d=example.com; s={selector}; {extra}h=from; bh={Hash}; b=QUJD\r\n");

    private static byte[] Message(string signatures) => Encoding.ASCII.GetBytes($"{signatures}From: a@example.com\r\n\r\nhello\r\n");

    private static ZoneResolver EdZone() => Zone("ed", $"k=ed25519; p={DkimPrivateKey.FromEd25519Seed(SHA256.HashData("x"u8), out _)!.PublicKeyText()}");

    private static ZoneResolver Zone(string selector, string record) =>
        new(new Dictionary<string, ZoneName> { [$"{selector}._domainkey.example.com"] = new([TextRecord.Of(record)]) });
}
