using System.Collections.Immutable;
using System.Security.Cryptography;
using Pipeline.Mail.Dns;

namespace Pipeline.Connectors.Smtp.Dane;

/// <summary>The TLSA records of one peer (RFC 6698), vouched for by DNSSEC. TLS is mandatory with it. Two sets of the same records are equal.</summary>
internal sealed class TlsaRecords : IEquatable<TlsaRecords>
{
    public const byte TrustAnchor = 2;
    public const byte EndEntity = 3;
    public const byte WholeCertificate = 0;
    public const byte PublicKey = 1;
    public const byte Exactly = 0;
    public const byte BySha256 = 1;
    public const byte BySha512 = 2;

    private const int MaxRecords = 50;

    private readonly string _text;

    /// <param name="records">At least one.</param>
    public TlsaRecords(IEnumerable<TlsaRecord> records)
    {
        ImmutableArray<TlsaRecord> all = [.. records.Take(MaxRecords)];
        Usable = [.. all.Where(IsUsable)];
        _text = string.Join(
            ' ', all.Select(static record => $"{record.Usage} {record.Selector} {record.MatchingType} {Convert.ToHexString(record.Data.Span)}").Order(StringComparer.Ordinal));
    }

    /// <summary>Those that a certificate can be held against; without any, TLS is mandatory and its certificate is not looked at (RFC 7672 section 2.2).</summary>
    public ImmutableArray<TlsaRecord> Usable { get; }

    public bool Equals(TlsaRecords? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as TlsaRecords);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>RFC 7672 section 3.1.3: for mail, the usages that want a public authority besides are of no use.</summary>
    private static bool IsUsable(TlsaRecord record) => record is { Usage: TrustAnchor or EndEntity, Selector: WholeCertificate or PublicKey } && record.MatchingType switch
    {
        Exactly => record.Data.Length > 0,
        BySha256 => record.Data.Length == SHA256.HashSizeInBytes,
        BySha512 => record.Data.Length == SHA512.HashSizeInBytes,
        _ => false,
    };
}
