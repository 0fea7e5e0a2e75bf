using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Tls;

/// <summary>Distinguished names as Exim shows them: in the order of the certificate, with the escapes of RFC 4514, as octets.</summary>
public static class DistinguishedNameText
{
    private static readonly FrozenDictionary<string, string> Words = new Dictionary<string, string>
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.4"] = "surName",
        ["2.5.4.5"] = "serialNumber",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "street",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.12"] = "title",
        ["2.5.4.13"] = "description",
        ["2.5.4.15"] = "businessCategory",
        ["2.5.4.17"] = "postalCode",
        ["2.5.4.20"] = "telephoneNumber",
        ["2.5.4.41"] = "name",
        ["2.5.4.42"] = "givenName",
        ["2.5.4.43"] = "initials",
        ["2.5.4.44"] = "generationQualifier",
        ["2.5.4.46"] = "dnQualifier",
        ["2.5.4.65"] = "pseudonym",
        ["2.5.4.97"] = "organizationIdentifier",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["1.2.840.113549.1.9.1"] = "EMAIL",
    }.ToFrozenDictionary();

    /// <summary>The whole name: <c>C=DE,O=Foo\, Bar,CN=client.example</c>.</summary>
    public static string Of(X500DistinguishedName name) => string.Join(',', Parts(name));

    /// <summary>Its parts one by one, from the top: <c>C=DE</c>, <c>O=Foo\, Bar</c>, <c>CN=client.example</c>.</summary>
    public static IEnumerable<string> Parts(X500DistinguishedName name) => Relatives(name).Select(relative =>
        OctetString.FromText(string.Join('+', Attributes(relative).Select(attribute => $"{attribute.Word}={Escape(attribute.Value)}"))));

    /// <summary>What cannot be read is shown as nothing: the name is a peer's.</summary>
    private static X500RelativeDistinguishedName[] Relatives(X500DistinguishedName name)
    {
        try
        {
            return [.. name.EnumerateRelativeDistinguishedNames(reversed: false)];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    private static List<(string Word, string Value)> Attributes(X500RelativeDistinguishedName relative)
    {
        if (!relative.HasMultipleElements)
        {
            return [(Word(relative.GetSingleElementType().Value!), Value(relative))];
        }

        // Several attributes in one set: SET OF SEQUENCE { OBJECT IDENTIFIER, value } (RFC 5280 section 4.1.2.4).
        var attributes = new List<(string, string)>();
        try
        {
            for (var set = new AsnReader(relative.RawData, AsnEncodingRules.DER).ReadSetOf(); set.HasData;)
            {
                var attribute = set.ReadSequence();
                attributes.Add((Word(attribute.ReadObjectIdentifier()), Text(attribute)));
            }
        }
        catch (AsnContentException)
        {
            return attributes;
        }

        return attributes;
    }

    private static string Word(string identifier) => Words.GetValueOrDefault(identifier, identifier);

    private static string Value(X500RelativeDistinguishedName relative)
    {
        try
        {
            return relative.GetSingleElementValue() ?? "";
        }
        catch (CryptographicException)
        {
            return "";
        }
    }

    private static string Text(AsnReader value)
    {
        var tag = value.PeekTag();
        return tag.TagClass == TagClass.Universal && tag.TagValue is (int)UniversalTagNumber.UTF8String or (int)UniversalTagNumber.PrintableString or (int)UniversalTagNumber.IA5String
            or (int)UniversalTagNumber.BMPString or (int)UniversalTagNumber.T61String or (int)UniversalTagNumber.NumericString
            ? value.ReadCharacterString((UniversalTagNumber)tag.TagValue)
            : "#" + Convert.ToHexStringLower(value.ReadEncodedValue().Span);
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            var escaped = c is ',' or '+' or '"' or '\\' or '<' or '>' or ';' || (c == '#' && i == 0) || (c == ' ' && (i == 0 || i == value.Length - 1));
            _ = c < ' ' || c == '\x7f' ? text.Append(CultureInfo.InvariantCulture, $"\\{(int)c:X2}") : text.Append(escaped ? "\\" : "").Append(c);
        }

        return text.ToString();
    }
}
