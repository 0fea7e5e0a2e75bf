using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class DkimMessageSignerTests
{
    private const string Header = "From: a@client.example\r\nSubject: test\r\n";
    private static readonly Lazy<RSA> Key = new(() => RSA.Create(2048));

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData("relaxed", true)]
    [InlineData("simple", false)]
    public async Task Sign_two_domains_verifies(string canonicalization, bool inMemory)
    {
        var body = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("a line  of text \r\n", 5000)));
        IMessageContent content = inMemory ? new InMemoryMessageContent(default, body) : new StreamedContent("", body, 777);

        var signing = await SignAsync(content, Wanted("one.example", canonicalization), Wanted("two.example", canonicalization));

        Assert.Null(signing.Failure);
        Assert.Equal(["one.example", "two.example"], await VerifyAsync(signing.Fields, body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("false")]
    public async Task Sign_key_that_means_no_wins_over_strict(string key)
    {
        var signing = await SignAsync(Message(), Wanted("one.example") with { PrivateKey = new Secret(key), Strict = true });

        Assert.Null(signing.Failure);
        Assert.True(signing.Fields.IsEmpty);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sign_failure_defers_only_when_strict(bool strict)
    {
        var cases = new[]
        {
            Wanted("one.example") with { PrivateKey = new Secret("/nonexistent/key") },
            Wanted("one.example") with { PrivateKey = new Secret("not a key") },
            Wanted("one.example") with { Hash = "sha1" },
            Wanted("one.example") with { Canonicalization = "nowsp" },
            Wanted("one.example") with { SignHeaders = "From:Bad Name" },
            Wanted("not a domain"),
        };
        foreach (var wanted in cases)
        {
            var signing = await SignAsync(Message(), wanted with { Strict = strict });

            Assert.Equal(strict, signing.Failure is not null);
            Assert.True(signing.Fields.IsEmpty);
        }
    }

    [Fact]
    public async Task Sign_key_file_is_read_again_when_it_has_changed()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.key");
        try
        {
            await File.WriteAllTextAsync(path, "not a key");
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
            var signer = new DkimMessageSigner(_time);
            var wanted = Wanted("one.example") with { PrivateKey = new Secret(path), Strict = true };
            Assert.NotNull((await SignAsync(Message(), signer, wanted)).Failure);

            await File.WriteAllTextAsync(path, Key.Value.ExportPkcs8PrivateKeyPem());
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(1));
            Assert.Null((await SignAsync(Message(), signer, wanted)).Failure);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static InMemoryMessageContent Message() => new(default, "text\r\n"u8.ToArray());

    private static DkimSigningSettings Wanted(string domain, string canonicalization = "relaxed") => new()
    {
        Domain = domain,
        Selector = "s",
        PrivateKey = new Secret(Key.Value.ExportPkcs8PrivateKeyPem()),
        Canonicalization = canonicalization,
        Timestamps = TimeSpan.FromDays(7),
    };

    private ValueTask<MessageSigning> SignAsync(IMessageContent content, params DkimSigningSettings[] wanted) =>
        SignAsync(content, new DkimMessageSigner(_time), wanted);

    private static ValueTask<MessageSigning> SignAsync(IMessageContent content, DkimMessageSigner signer, params DkimSigningSettings[] wanted)
    {
        var settings = new SmtpTransportSettings("remote_smtp") { HeloData = new HeloData("client.example"), Dkim = [.. wanted] };
        return signer.SignAsync(Encoding.Latin1.GetBytes(Header), content, settings, CancellationToken.None);
    }

    /// <summary>Domains of the signatures that pass, from the top.</summary>
    private async Task<string[]> VerifyAsync(ReadOnlyMemory<byte> fields, byte[] body)
    {
        byte[] block = [.. fields.Span, .. Encoding.Latin1.GetBytes(Header)];
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(block, HeaderLimits.Default, out var header, out _, out _));
        using var verifier = new DkimVerifier(header, _time, new DkimKeyCache());
        var resolver = new OneKey();
        verifier.StartLookups(resolver, CancellationToken.None);
        verifier.Append(body);
        var results = await verifier.CompleteAsync(resolver, CancellationToken.None);
        return [.. results.Where(r => r.Verdict == DkimVerdict.Pass).Select(r => r.Signature!.Domain)];
    }

    private sealed class OneKey : IDnsResolver
    {
        public ValueTask<DnsAnswer> QueryAsync(string name, DnsRecordType type, CancellationToken cancellationToken)
        {
            var text = "v=DKIM1; p=" + Convert.ToBase64String(Key.Value.ExportSubjectPublicKeyInfo());
            return new(DnsAnswer.Of(TextRecord.Of(text[..200], text[200..])));
        }
    }
}
