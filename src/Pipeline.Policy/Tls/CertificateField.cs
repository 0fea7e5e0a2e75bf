using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tls;

/// <summary>The fields of certificates that <c>certextract</c> knows, and their modifiers (Exim specification, "String expansions").</summary>
internal static class CertificateField
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string AuthorityInformationAccess = "1.3.6.1.5.5.7.1.1";
    private const string DistributionPoints = "2.5.29.31";

    /// <summary>Reads a field.</summary>
    /// <param name="selector">The field, then modifiers behind commas: a tag, <c>int</c>, <c>raw</c>, or <c>&gt;</c> with the separator of the list.</param>
    /// <param name="value">Octets; null when the certificate has no such thing.</param>
    /// <returns>False when there is no field of that name.</returns>
    public static bool TryRead(X509Certificate2 certificate, string selector, out string? value)
    {
        var comma = selector.IndexOf(',', StringComparison.Ordinal);
        var modifiers = Modifiers.Parse(comma < 0 ? "" : selector[(comma + 1)..]);
        var found = (comma < 0 ? selector : selector[..comma]) switch
        {
            "version" => certificate.Version.ToString(CultureInfo.InvariantCulture),
            "serial_number" => certificate.SerialNumber.TrimStart('0').ToLowerInvariant() is { Length: > 0 } number ? number : "0",
            "subject" => Name(certificate.SubjectName, modifiers),
            "issuer" => Name(certificate.IssuerName, modifiers),
            "notbefore" => Time(certificate.NotBefore, modifiers),
            "notafter" => Time(certificate.NotAfter, modifiers),
            "sig_algorithm" => SignatureAlgorithm(certificate),
            "signature" => Hexadecimal(CertificateEncoding.Signature(certificate.RawDataMemory)),
            "subj_altname" => Names(GeneralNames.OfExtension(certificate, SubjectAlternativeName), modifiers),
            "ocsp_uri" => modifiers.Join(GeneralNames.OcspAddresses(certificate, AuthorityInformationAccess)),
            "crl_uri" => modifiers.Join(GeneralNames.DistributionPoints(certificate, DistributionPoints)),
            _ => null,
        };
        value = found is { Length: 0 } ? null : found;
        return found is not null;
    }

    /// <summary>The elements of a list keep the escapes of the name, but for that of the comma, which is no separator any more.</summary>
    private static string Name(X500DistinguishedName name, Modifiers modifiers)
    {
        if (modifiers is { Tag: null, Separates: false })
        {
            return DistinguishedNameText.Of(name);
        }

        var parts = DistinguishedNameText.Parts(name).Select(part => part.Replace("\\,", ",", StringComparison.Ordinal));
        return modifiers.Join(modifiers.Tag is { } tag
            ? parts.Where(part => part.StartsWith(tag + "=", StringComparison.Ordinal)).Select(part => part[(tag.Length + 1)..])
            : parts);
    }

    /// <summary>What is no tag of a name asks for all of them.</summary>
    private static string Names(IEnumerable<(string Tag, string Value)> names, Modifiers modifiers) => modifiers.Join(modifiers.Tag is "dns" or "mail" or "uri"
        ? names.Where(name => name.Tag.Equals(modifiers.Tag, StringComparison.OrdinalIgnoreCase)).Select(name => name.Value)
        : names.Select(name => $"{name.Tag}={name.Value}"));

    private static string Time(DateTime time, Modifiers modifiers)
    {
        var utc = time.ToUniversalTime();
        return modifiers.Tag == "int"
            ? new DateTimeOffset(utc).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{utc:MMM} {utc.Day,2} {utc:HH:mm:ss yyyy} UTC");
    }

    private static string SignatureAlgorithm(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        "1.2.840.113549.1.1.4" => "RSA-MD5",
        "1.2.840.113549.1.1.5" => "RSA-SHA1",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.113549.1.1.11" => "RSA-SHA256",
        "1.2.840.113549.1.1.12" => "RSA-SHA384",
        "1.2.840.113549.1.1.13" => "RSA-SHA512",
        "1.2.840.10045.4.1" => "ECDSA-SHA1",
        "1.2.840.10045.4.3.2" => "ECDSA-SHA256",
        "1.2.840.10045.4.3.3" => "ECDSA-SHA384",
        "1.2.840.10045.4.3.4" => "ECDSA-SHA512",
        "1.3.101.112" => "EdDSA-Ed25519",
        "1.3.101.113" => "EdDSA-Ed448",
        var other => certificate.SignatureAlgorithm.FriendlyName ?? other ?? "",
    };

    private static string Hexadecimal(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length * 3);
        foreach (var octet in octets)
        {
            text.Append(text.Length == 0 ? "" : " ").Append(CultureInfo.InvariantCulture, $"{octet:x2}");
        }

        return text.ToString();
    }

    /// <summary>What stands behind the field.</summary>
    /// <param name="Tag">Which of several; null for all.</param>
    /// <param name="Separator">Between the elements of a list.</param>
    /// <param name="Separates">The separator was named.</param>
    private readonly record struct Modifiers(string? Tag, char Separator, bool Separates)
    {
        public static Modifiers Parse(string text)
        {
            var modifiers = new Modifiers(null, '\n', false);
            for (var rest = text; rest.Length > 0;)
            {
                // The character behind the bracket may be a comma itself.
                if (rest[0] == '>' && rest.Length > 1)
                {
                    modifiers = modifiers with { Separator = rest[1], Separates = true };
                    rest = rest[2..].TrimStart(' ', ',');
                    continue;
                }

                var comma = rest.IndexOf(',', StringComparison.Ordinal);
                modifiers = modifiers with { Tag = comma < 0 ? rest : rest[..comma] };
                rest = comma < 0 ? "" : rest[(comma + 1)..].TrimStart();
            }

            return modifiers;
        }

        /// <summary>Elements as a list: a separator inside of one is doubled.</summary>
        public string Join(IEnumerable<string> elements)
        {
            var separator = Separator.ToString();
            return string.Join(separator, elements.Select(element => element.Replace(separator, separator + separator, StringComparison.Ordinal)));
        }
    }
}
