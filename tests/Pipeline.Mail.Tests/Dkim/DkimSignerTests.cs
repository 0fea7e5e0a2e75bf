using System.Security.Cryptography;
using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Mail.Tests.Dkim;

public sealed class DkimSignerTests
{
    private const long Now = 1_700_000_000;

    private static readonly DkimPrivateKey RsaKey = CreateRsaKey();
    private static readonly DkimPrivateKey EdKey = DkimPrivateKey.FromEd25519Seed(SHA256.HashData("seed"u8), out _)!;

    private static readonly ZoneResolver Zone = new(new Dictionary<string, ZoneName>
    {
        ["rsa._domainkey.example.com"] = new([TextRecord.Of($"v=DKIM1; p={RsaKey.PublicKeyText()}")]),
        ["ed._domainkey.example.com"] = new([TextRecord.Of($"v=DKIM1; k=ed25519; p={EdKey.PublicKeyText()}")]),
    });

    [Fact]
    public async Task Random_messages_verify_after_signing_in_every_form_with_every_key_and_every_cut()
    {
        var random = new Random(20251122);
        foreach (var key in new[] { RsaKey, EdKey })
        {
            foreach (var headerForm in Enum.GetValues<CanonicalForm>())
            {
                foreach (var bodyForm in Enum.GetValues<CanonicalForm>())
                {
                    for (var round = 0; round < 12; round++)
                    {
                        var message = RandomMessage(random);
                        var signed = Sign(message, Options(key) with { HeaderForm = headerForm, BodyForm = bodyForm, Timestamp = round % 2 == 0 });
                        foreach (var chunk in new[] { 1, 2, 3, 7, int.MaxValue })
                        {
                            var results = await DkimRun.VerifyAsync(signed, Zone, Now, chunk: chunk);
                            Assert.Equal("pass verified", $"{results[0].Word} {results[0].Reason}");
                        }

                        var tampered = signed.ToArray();
                        tampered[^3] ^= 1;
                        Assert.Equal("fail", (await DkimRun.VerifyAsync(tampered, Zone, Now))[0].Word);
                    }
                }
            }
        }
    }

    [Fact]
    public void The_field_has_the_layout_of_Exim_and_lines_of_at_most_78_columns()
    {
        var field = Encoding.ASCII.GetString(Field(SimpleMessage, Options(RsaKey) with { Lifetime = TimeSpan.FromDays(1), Identity = "a;b@mail.example.com" }));
        Assert.StartsWith("DKIM-Signature: v=1; a=rsa-sha256; q=dns/txt; c=relaxed/relaxed;", field, StringComparison.Ordinal);
        Assert.All(field.Split("\r\n"), line => Assert.True(line.Length <= 78, line));
        Assert.Equal(
            ["v", "a", "q", "c", "d", "s", "h", "bh", "i", "t", "x", "b"],
            field["DKIM-Signature: ".Length..].Split(';').Select(t => t.Trim().Split('=')[0]));
        Assert.Contains("i=a=3Bb@mail.example.com", field, StringComparison.Ordinal);
        Assert.Contains($"t={Now}", field, StringComparison.Ordinal);
        Assert.Contains($"x={Now + 86_400}", field, StringComparison.Ordinal);
        Assert.EndsWith("\r\n", field, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From,Subject", "From:Subject:From")]
    [InlineData("Subject", "Subject:From:From")]
    [InlineData("=Received", "Received:Received:From:From")]
    [InlineData("+Received", "Received:Received:Received:From:From")]
    [InlineData("Received,=Received", "Received:Received:From:From")]
    [InlineData("+From,=To", "From:From")]
    public void Prefixes_say_how_often_a_name_is_listed_and_From_is_always_oversigned(string list, string expected)
    {
        var message = "Received: 1\r\nReceived: 2\r\nFrom: a@example.com\r\nSubject: x\r\n\r\n"u8.ToArray();
        var field = Encoding.ASCII.GetString(Field(message, Options(RsaKey) with { Headers = DkimHeaderList.Create(list.Split(',')) }));
        var names = field.Replace("\r\n\t", "", StringComparison.Ordinal).Split("h=")[1].Split(';')[0];
        Assert.Equal(expected, names.Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=")]
    [InlineData("a b")]
    [InlineData("a:b")]
    public void A_list_with_something_that_is_no_name_is_refused(string name) =>
        Assert.False(DkimHeaderList.TryCreate([name], out _, out _));

    [Fact]
    public async Task A_second_From_added_on_the_way_breaks_the_signature()
    {
        var signed = Sign(SimpleMessage, Options(EdKey));
        byte[] attacked = [.. "From: evil@example.net\r\n"u8, .. signed];
        Assert.Equal("fail", (await DkimRun.VerifyAsync(attacked, Zone, Now))[0].Word);
    }

    [Fact]
    public async Task Two_signers_share_one_pass_over_the_body()
    {
        HeaderBlock.Parse(SimpleMessage, HeaderLimits.Default, out var header, out var offset, out _);
        using var hashes = new BodyHashSet(2);
        var time = FixedTime.AtUnixSeconds(Now);
        using var first = DkimSigner.Create(header, Options(RsaKey), time, out _, hashes);
        using var second = DkimSigner.Create(header, Options(EdKey), time, out _, hashes);
        hashes.Append(SimpleMessage.AsSpan(offset));
        hashes.Finish();
        Assert.Equal(1, hashes.Count);
        var results = await DkimRun.VerifyAsync((byte[])[.. second!.Sign(), .. first!.Sign(), .. SimpleMessage], Zone, Now);
        Assert.Equal(["ed25519-sha256 pass", "rsa-sha256 pass"], results.Select(r => $"{r.Algorithm} {r.Word}"));
    }

    [Theory]
    [InlineData("Subject: no from\r\n\r\n", "example.com", null)]
    [InlineData("From: a\r\nFrom: b\r\n\r\n", "example.com", null)]
    [InlineData("From: a\r\n\r\n", "exa mple", null)]
    [InlineData("From: a\r\n\r\n", "example.com", "x@example.org")]
    [InlineData("From: a\r\n\r\n", "example.com", "no address")]
    public void What_cannot_be_signed_well_is_not_signed(string message, string domain, string? identity)
    {
        HeaderBlock.Parse(Encoding.ASCII.GetBytes(message), HeaderLimits.Default, out var header, out _, out _);
        var options = Options(EdKey) with { Domain = domain, Identity = identity };
        Assert.Null(DkimSigner.Create(header, options, FixedTime.AtUnixSeconds(Now), out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Private_keys_are_read_from_PEM_and_small_or_broken_ones_refused()
    {
        using var rsa = RSA.Create(1024);
        Assert.Equal(1024, DkimPrivateKey.FromPem(rsa.ExportRSAPrivateKeyPem(), out _)!.Bits);
        Assert.Equal(DkimKeyType.Rsa, DkimPrivateKey.FromPem(rsa.ExportPkcs8PrivateKeyPem(), out _)!.Type);
        Assert.Null(DkimPrivateKey.FromPem(rsa.ExportPkcs8PrivateKeyPem(), out var tooShort, minRsaBits: 2048));
        Assert.Contains("1024 bits", tooShort, StringComparison.Ordinal);
        byte[] pkcs8 = [.. Convert.FromHexString("302e020100300506032b657004220420"), .. SHA256.HashData("seed"u8)];
        var ed = DkimPrivateKey.FromPem(PemEncoding.WriteString("PRIVATE KEY", pkcs8), out _);
        Assert.Equal(EdKey.PublicKeyText(), ed!.PublicKeyText());
        Assert.Null(DkimPrivateKey.FromPem("no key", out _));
        Assert.Null(DkimPrivateKey.FromPem(PemEncoding.WriteString("PRIVATE KEY", [1, 2, 3]), out _));
        Assert.Null(DkimPrivateKey.FromPem(rsa.ExportSubjectPublicKeyInfoPem(), out _));
    }

    private static byte[] SimpleMessage => "From: a@example.com\r\nSubject: x\r\n\r\nHello\r\n"u8.ToArray();

    private static DkimPrivateKey CreateRsaKey()
    {
        using var rsa = RSA.Create(1024);
        return DkimPrivateKey.FromPem(rsa.ExportRSAPrivateKeyPem(), out _)!;
    }

    private static DkimSigningOptions Options(DkimPrivateKey key) =>
        new() { Domain = "example.com", Selector = key.Type == DkimKeyType.Rsa ? "rsa" : "ed", Key = key };

    private static byte[] Sign(byte[] message, DkimSigningOptions options) => [.. Field(message, options), .. message];

    private static byte[] Field(byte[] message, DkimSigningOptions options)
    {
        HeaderBlock.Parse(message, HeaderLimits.Default, out var header, out var offset, out _);
        using var signer = DkimSigner.Create(header, options, FixedTime.AtUnixSeconds(Now), out var problem);
        Assert.True(signer is not null, problem);
        signer.Append(message.AsSpan(offset));
        return signer.Sign();
    }

    private static byte[] RandomMessage(Random random)
    {
        string[] words = ["one", " ", "  ", "\t", "\r\n ", "\u00e4", "=", ";", "two"];
        var text = new StringBuilder("From: a@example.com\r\n");
        foreach (var name in new[] { "Subject", "to ", "Received", "RECEIVED", "X-Other", "Date" })
        {
            text.Append(name).Append(':').Append(Words(random, words)).Append("\r\n");
        }

        return Encoding.Latin1.GetBytes($"{text}\r\n{Words(random, ["a", " ", "\t ", "\r\n", "\r\n\r\n", "\r", "\n", ".", "long line of text"])}last");
    }

    private static string Words(Random random, string[] words) =>
        "x" + string.Concat(Enumerable.Range(0, random.Next(0, 20)).Select(_ => words[random.Next(words.Length)])) + "y";
}
