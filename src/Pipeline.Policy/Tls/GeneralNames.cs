using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tls;

/// <summary>The names in extensions of certificates (RFC 5280 section 4.2.1.6), as octets. What is not encoded properly gives the names in front of the mistake.</summary>
internal static class GeneralNames
{
    private const string Ocsp = "1.3.6.1.5.5.7.48.1";

    private static readonly Asn1Tag Mail = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag First = new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <summary>Names of hosts, mailboxes and URIs; others are passed over.</summary>
    public static IReadOnlyList<(string Tag, string Value)> OfExtension(X509Certificate2 certificate, string identifier) =>
        Read(certificate, identifier, (extension, names) => ReadNames(extension.ReadSequence(), names));

    /// <summary>Where the state of the certificate can be asked (RFC 5280 section 4.2.2.1).</summary>
    public static IEnumerable<string> OcspAddresses(X509Certificate2 certificate, string identifier) => Addresses(Read(certificate, identifier, (extension, names) =>
    {
        for (var descriptions = extension.ReadSequence(); descriptions.HasData;)
        {
            var description = descriptions.ReadSequence();
            if (description.ReadObjectIdentifier() == Ocsp)
            {
                ReadName(description, names);
            }
        }
    }));

    /// <summary>Where revocation lists are (RFC 5280 section 4.2.1.13).</summary>
    public static IEnumerable<string> DistributionPoints(X509Certificate2 certificate, string identifier) => Addresses(Read(certificate, identifier, (extension, names) =>
    {
        for (var points = extension.ReadSequence(); points.HasData;)
        {
            var point = points.ReadSequence();
            if (!point.HasData || !point.PeekTag().HasSameClassAndValue(First))
            {
                continue;
            }

            var name = point.ReadSequence(First);
            if (name.HasData && name.PeekTag().HasSameClassAndValue(First))
            {
                ReadNames(name.ReadSequence(First), names);
            }
        }
    }));

    private static IEnumerable<string> Addresses(IEnumerable<(string Tag, string Value)> names) => names.Where(name => name.Tag == "URI").Select(name => name.Value);

    private static List<(string Tag, string Value)> Read(X509Certificate2 certificate, string identifier, Action<AsnReader, List<(string, string)>> read)
    {
        List<(string, string)> names = [];
        if (certificate.Extensions[identifier] is { } extension)
        {
            try
            {
                read(new AsnReader(extension.RawData, AsnEncodingRules.DER), names);
            }
            catch (AsnContentException)
            {
                return names;
            }
        }

        return names;
    }

    private static void ReadNames(AsnReader reader, List<(string Tag, string Value)> names)
    {
        while (reader.HasData)
        {
            ReadName(reader, names);
        }
    }

    private static void ReadName(AsnReader reader, List<(string Tag, string Value)> names)
    {
        var tag = reader.PeekTag();
        var word = tag.HasSameClassAndValue(Dns) ? "DNS" : tag.HasSameClassAndValue(Mail) ? "MAIL" : tag.HasSameClassAndValue(Uri) ? "URI" : null;
        if (word is null)
        {
            reader.ReadEncodedValue();
            return;
        }

        names.Add((word, OctetString.FromText(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag))));
    }
}
