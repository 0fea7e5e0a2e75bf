namespace Pipeline.Mail.Addressing;

/// <summary>Whether two envelope addresses are one mailbox: domains without regard to case or IDN form, local parts exactly.</summary>
/// <remarks>A quoted local part equals the same one without needless quotes (RFC 5321 section 4.1.2).</remarks>
public sealed class AddressComparer : IEqualityComparer<EnvelopeAddress>
{
    private AddressComparer()
    {
    }

    public static AddressComparer Instance { get; } = new();

    public bool Equals(EnvelopeAddress? x, EnvelopeAddress? y)
    {
        if (x is null || y is null)
        {
            return x is null && y is null;
        }

        return DomainName.AreEqual(x.Domain, y.Domain)
            && (x.LocalPart == y.LocalPart || LocalPart.Unquote(x.LocalPart) == LocalPart.Unquote(y.LocalPart));
    }

    public int GetHashCode(EnvelopeAddress obj) => HashCode.Combine(LocalPart.Unquote(obj.LocalPart), DomainName.Key(obj.Domain));
}
