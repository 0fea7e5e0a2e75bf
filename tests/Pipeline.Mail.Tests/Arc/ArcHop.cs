using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Mail.Arc;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;
using Pipeline.Tests.Support.Suites;

namespace Pipeline.Mail.Tests.Arc;

/// <summary>A host that verifies the chain of what comes, says so in Authentication-Results, and seals what goes.</summary>
internal sealed class ArcHop(string domain, DkimPrivateKey key)
{
    public const long Now = 1_700_000_000;

    public ArcHop(string domain)
        : this(domain, DkimPrivateKey.FromEd25519Seed(SHA256.HashData(Encoding.ASCII.GetBytes(domain)), out _)!)
    {
    }

    public ArcSigningOptions Options { get; set; } = new() { Domain = domain, Selector = "sel", Key = key, Timestamp = true };

    public long Time { get; init; } = Now;

    public string RecordName => $"sel._domainkey.{domain}";

    public ZoneName Record =>
        new([TextRecord.Of($"v=DKIM1; k={(key.Type == DkimKeyType.Rsa ? "rsa" : "ed25519")}; p={key.PublicKeyText()}")]);

    public static ZoneResolver Zone(params IEnumerable<ArcHop> hops) =>
        new(hops.DistinctBy(hop => hop.RecordName).ToDictionary(hop => hop.RecordName, hop => hop.Record));

    /// <summary>What the message is when it leaves, given what was found when it came.</summary>
    public string Forward(string message, string chain) => Seal($"Authentication-Results: {domain};\r\n\tarc={chain}\r\n{message}");

    /// <summary>The sealed message; throws when it is not sealed.</summary>
    public string Seal(string message) => TrySeal(message, out var problem) ?? throw new InvalidOperationException(problem);

    public string? TrySeal(string message, out string problem)
    {
        var octets = Encoding.Latin1.GetBytes(message);
        Assert.Equal(OperationStatus.Done, HeaderBlock.Parse(octets, new HeaderLimits { MaxBlockBytes = int.MaxValue, MaxFields = 20_000 }, out var header, out var body, out _));
        using var hashes = new BodyHashSet(1);
        if (ArcSigner.Create(header, Options, FixedTime.AtUnixSeconds(Time), hashes, out problem) is not { } signer)
        {
            return null;
        }

        hashes.Append(octets.AsSpan(body));
        hashes.Finish();
        return Encoding.Latin1.GetString(signer.Sign(header)) + message;
    }

    public static string Hops(IReadOnlyList<ArcHop> hops, string message) =>
        hops.Select((hop, index) => (hop, index)).Aggregate(message, (current, next) => next.hop.Forward(current, next.index == 0 ? "none" : "pass"));

    public static Task<ArcResult> VerifyAsync(string message, IDnsResolver dns) => ArcRun.VerifyAsync(Encoding.Latin1.GetBytes(message), dns, Now);

    public static ArcHop[] Many(int count) => [.. Enumerable.Range(1, count).Select(i => new ArcHop(string.Create(CultureInfo.InvariantCulture, $"hop{i}.example")))];
}
