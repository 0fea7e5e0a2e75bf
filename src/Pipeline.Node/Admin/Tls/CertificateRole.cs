using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Node.Admin.Tls;

/// <summary>
/// Reads from a certificate whose chain has been checked who shows it: the name from the subject's CN, the role from a URI among the subject's
/// alternative names, <c>mailpipeline:operator</c>, <c>mailpipeline:node</c> or <c>mailpipeline:viewer</c>. Of several roles the highest counts.
/// </summary>
internal static class CertificateRole
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private const string Scheme = "mailpipeline:";
    private const int MaxNames = 100;

    /// <summary>uniformResourceIdentifier among the choices of GeneralName (RFC 5280, 4.2.1.6).</summary>
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    public static AdminCaller Read(X509Certificate2 certificate)
    {
        var name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        var role = AdminRole.None;
        foreach (var uri in Uris(certificate))
        {
            var named = uri switch
            {
                $"{Scheme}operator" => AdminRole.Operator,
                $"{Scheme}node" => AdminRole.Node,
                $"{Scheme}viewer" => AdminRole.Viewer,
                _ => AdminRole.None,
            };
            role = named > role ? named : role;
        }

        return new AdminCaller(string.IsNullOrWhiteSpace(name) ? certificate.SerialNumber : name, role);
    }

    private static List<string> Uris(X509Certificate2 certificate)
    {
        List<string> found = [];
        if (certificate.Extensions.FirstOrDefault(extension => extension.Oid?.Value == SubjectAlternativeName) is not { } names)
        {
            return found;
        }

        try
        {
            var sequence = new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
            for (var i = 0; sequence.HasData && i < MaxNames; i++)
            {
                if (sequence.PeekTag().HasSameClassAndValue(Uri))
                {
                    found.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                }
                else
                {
                    sequence.ReadEncodedValue();
                }
            }
        }
        catch (AsnContentException)
        {
            found.Clear(); // names that cannot be read give no rights
        }

        return found;
    }
}
