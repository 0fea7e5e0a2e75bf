using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Smtp;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Policy.Transports;

namespace Pipeline.Connectors.Tests.Smtp;

public sealed class MessageSignerTests
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
            var signer = new MessageSigner(_time);
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_seal_stands_above_the_signatures_and_covers_them(bool alsoSigned)
    {
        const string Results = "Authentication-Results: one.example; arc=none; spf=pass\r\n";
        var body = "text\r\n"u8.ToArray();
        var settings = Sealing(expires: TimeSpan.FromDays(1)) with { Dkim = alsoSigned ? [Wanted("one.example")] : [] };

        var signing = await new MessageSigner(_time).SignAsync(
            Encoding.Latin1.GetBytes(Results + Header), new InMemoryMessageContent(default, body), settings, CancellationToken.None);

        byte[] block = [.. signing.Fields.Span, .. Encoding.Latin1.GetBytes(Results + Header)];
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(block, HeaderLimits.Default, out var header, out _, out _));
        string[] names = ["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results", .. alsoSigned ? (string[])["DKIM-Signature"] : [], "Authentication-Results"];
        Assert.Equal(names, Enumerable.Range(0, names.Length).Select(i => Encoding.ASCII.GetString(header[i].Name)));
        Assert.Equal(alsoSigned, header[1].ToString().Contains("h=DKIM-Signature:", StringComparison.Ordinal));
        Assert.Contains("x=", header[1].ToString(), StringComparison.Ordinal);
        using var verifier = new ArcVerifier(header, _time, new DkimKeyCache());
        verifier.Append(body);
        Assert.Equal(ArcState.Pass, (await verifier.CompleteAsync(new OneKey(), CancellationToken.None)).State);
    }

    [Theory]
    [InlineData("", "no Authentication-Results header for signing")]
    [InlineData("Authentication-Results: two.example; arc=none\r\n", "no Authentication-Results header for signing")]
    public async Task A_message_that_cannot_be_sealed_is_sent_without_and_never_deferred(string results, string problem)
    {
        var log = new RecordingLogger();
        var signing = await new MessageSigner(_time, log).SignAsync(
            Encoding.Latin1.GetBytes(results + Header), Message(), Sealing() with { Dkim = [Wanted("one.example") with { Strict = true }] }, CancellationToken.None);

        Assert.Null(signing.Failure);
        Assert.StartsWith("DKIM-Signature:", Encoding.ASCII.GetString(signing.Fields.Span), StringComparison.Ordinal);
        Assert.Equal([$"ARC: {problem} (transport remote_smtp; sent without a seal)"], log.Lines);
    }

    [Fact]
    public async Task A_seal_without_a_key_is_no_reason_to_wait()
    {
        var log = new RecordingLogger();
        var settings = Sealing() with { Arc = new ArcSigningSettings("one.example", "s", new Secret("/nonexistent/key")) };
        var signing = await new MessageSigner(_time, log).SignAsync(Encoding.Latin1.GetBytes(Header), Message(), settings, CancellationToken.None);

        Assert.Equal((null, true), (signing.Failure, signing.Fields.IsEmpty));
        Assert.Equal(["ARC: /nonexistent/key is missing (transport remote_smtp; sent without a seal)"], log.Lines);
    }

    private static SmtpTransportSettings Sealing(TimeSpan? expires = null) => new("remote_smtp")
    {
        HeloData = new HeloData("client.example"),
        Arc = new ArcSigningSettings("one.example", "s", new Secret(Key.Value.ExportPkcs8PrivateKeyPem())) { Timestamps = true, Lifetime = expires },
    };

    private sealed class RecordingLogger : ILogger<MessageSigner>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
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
        SignAsync(content, new MessageSigner(_time), wanted);

    private static ValueTask<MessageSigning> SignAsync(IMessageContent content, MessageSigner signer, params DkimSigningSettings[] wanted)
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
