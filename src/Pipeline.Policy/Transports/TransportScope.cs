using System.Globalization;
using Pipeline.Policy.Authentication;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Routers;
using Pipeline.Policy.Tls;

namespace Pipeline.Policy.Transports;

/// <summary>Makes the scope in which a transport's options are expanded, from what routing found.</summary>
public static class TransportScope
{
    /// <param name="scope">Connection and message as they were stored with the message.</param>
    /// <param name="address">The address before it was routed.</param>
    public static EvaluationScope Create(EvaluationScope scope, RoutingAddress address, RoutingOutcome.Routed routed)
    {
        var own = Create(scope, address, routed.Address.LocalPart, routed.Address.Domain);
        own.LocalPartPrefix = routed.LocalPartPrefix;
        own.LocalPartSuffix = routed.LocalPartSuffix;
        foreach (var (name, value) in routed.Values)
        {
            own.Values[name] = value;
        }

        own.Values["transport_name"] = routed.Transport ?? "";
        own.Values["return_path"] = routed.ReturnPath(scope.Message.Sender).ToString();
        own.CurrentDirectory = routed.CurrentDirectory;
        if (routed.Hosts is [var first, ..])
        {
            own.Values["host"] = first.Name;
            own.Values["host_address"] = first.Addresses[0].ToString();
        }

        return With(scope, own);
    }

    /// <summary>The same for a pipe, file or directory that redirection named.</summary>
    public static EvaluationScope Create(EvaluationScope scope, RoutingOutcome.RoutedToTarget target)
    {
        var own = Create(scope, target.Parent, target.Parent.LocalPart, target.Parent.Domain);
        foreach (var (name, value) in target.Values)
        {
            own.Values[name] = value;
        }

        own.Values[target.Target.StartsWith('|') ? "address_pipe" : "address_file"] = target.Target;
        own.Values["transport_name"] = target.Transport ?? "";
        own.Values["return_path"] = scope.Message.Sender.ToString();
        return With(scope, own);
    }

    /// <summary>The scope of a transport for one of its hosts, and for one attempt to authenticate there.</summary>
    public static EvaluationScope ForPeer(EvaluationScope scope, AuthenticationPeer peer)
    {
        var address = scope.Address;
        var own = new AddressScope
        {
            LocalPart = address?.LocalPart ?? "",
            Domain = address?.Domain ?? "",
            LocalPartPrefix = address?.LocalPartPrefix ?? "",
            LocalPartSuffix = address?.LocalPartSuffix ?? "",
            OriginalLocalPart = address?.OriginalLocalPart ?? "",
            OriginalDomain = address?.OriginalDomain ?? "",
            ParentLocalPart = address?.ParentLocalPart ?? "",
            ParentDomain = address?.ParentDomain ?? "",
            Judged = address?.Judged,
            TlsPeerCertificate = peer.Certificate,
            TlsOurCertificate = peer.OurCertificate,
        };
        foreach (var (name, value) in address?.Values ?? [])
        {
            own.Values[name] = value;
        }

        own.Values["host"] = OctetString.FromText(peer.Host);
        own.Values["host_address"] = peer.EndPoint.Address.ToString();
        own.Values["host_port"] = peer.EndPoint.Port.ToString(CultureInfo.InvariantCulture);
        own.Values["tls_out_cipher"] = peer.Cipher ?? "";
        own.Values["tls_out_peerdn"] = peer.Certificate is { } certificate ? ExpandedText.FromPeer(DistinguishedNameText.Of(certificate.SubjectName)) : "";
        own.Values["tls_out_certificate_verified"] = peer.CertificateVerified ? "1" : "0";
        return With(scope, own);
    }

    private static AddressScope Create(EvaluationScope scope, RoutingAddress address, string localPart, string domain) => new()
    {
        LocalPart = localPart,
        Domain = domain.ToLowerInvariant(),
        OriginalLocalPart = address.Root.LocalPart,
        OriginalDomain = address.Root.Domain.ToLowerInvariant(),
        ParentLocalPart = address.Parent?.LocalPart ?? "",
        ParentDomain = address.Parent?.Domain.ToLowerInvariant() ?? "",
        Judged = address.JudgedIn(scope.Message),
    };

    private static EvaluationScope With(EvaluationScope scope, AddressScope address) =>
        new() { Environment = scope.Environment, Connection = scope.Connection, Message = scope.Message, Address = address };
}
