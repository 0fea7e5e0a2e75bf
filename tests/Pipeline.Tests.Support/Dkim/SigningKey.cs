using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Mail.Dkim;
using Pipeline.Mail.Dkim.Crypto;
using Pipeline.Mail.Dns;
using Pipeline.Mail.Message;

namespace Pipeline.Tests.Support.Dkim;

/// <summary>A domain that signs its mail, and what DNS says of its key.</summary>
public sealed class SigningKey(string domain, string selector = "sel", string? identity = null)
{
    private readonly DkimPrivateKey _key = DkimPrivateKey.FromEd25519Seed(SHA256.HashData(Encoding.UTF8.GetBytes(domain + selector)), out _)!;

    public string RecordName => $"{selector}._domainkey.{domain}";

    public string RecordText => $"v=DKIM1; k=ed25519; n=for tests; p={_key.PublicKeyText()}";

    public ZoneName Record => new([new TextRecord([Encoding.ASCII.GetBytes(RecordText)])]);

    /// <summary>Signs a message with CRLF line ends: the signature stands on top.</summary>
    public string Sign(string message, TimeProvider time)
    {
        var octets = Encoding.UTF8.GetBytes(message);
        if (HeaderBlock.Parse(octets, HeaderLimits.Default, out var header, out var body, out var problem) != System.Buffers.OperationStatus.Done)
        {
            throw new ArgumentException($"the header cannot be read: {problem}", nameof(message));
        }

        var options = new DkimSigningOptions { Domain = domain, Selector = selector, Key = _key, Identity = identity };
        using var signer = DkimSigner.Create(header, options, time, out var reason) ?? throw new ArgumentException(reason, nameof(message));
        signer.Append(octets.AsSpan(body));
        return Encoding.UTF8.GetString(signer.Sign()) + message;
    }

    public static ImmutableDictionary<string, ZoneName> Zone(params ReadOnlySpan<SigningKey> keys)
    {
        var zone = ImmutableDictionary.CreateBuilder<string, ZoneName>();
        foreach (var key in keys)
        {
            zone[key.RecordName] = key.Record;
        }

        return zone.ToImmutable();
    }
}
