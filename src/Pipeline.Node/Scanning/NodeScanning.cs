using Pipeline.Connectors.Ports;
using Pipeline.Connectors.Scanners;
using Pipeline.Node.Admin.Tls;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Scanning;
using Pipeline.Storage.Ports.Cluster;

namespace Pipeline.Node.Scanning;

/// <summary>The scanning of a node: for its own messages, and, with the role scanner, for those of others.</summary>
internal sealed class NodeScanning : IDisposable
{
    private readonly LocalScanner? _local;
    private readonly ScanTransport? _transport;

    private NodeScanning(LocalScanner? local, ScanTransport? transport, IMessageScanner scanner, ScanEndpoint? endpoint) =>
        (_local, _transport, Scanner, Endpoint) = (local, transport, scanner, endpoint);

    /// <summary>Scans the messages that this node receives.</summary>
    public IMessageScanner Scanner { get; }

    /// <summary>Null when the node does not scan for others.</summary>
    public ScanEndpoint? Endpoint { get; }

    /// <summary>Scans that this node does now.</summary>
    public int Running => _local?.Running ?? 0;

    /// <param name="certificates">Those of the admin port; null when there is none.</param>
    public static NodeScanning Create(NodeContext node, AdminCertificates? certificates)
    {
        var (options, settings) = (node.Options, node.Options.Settings);
        var member = node.Store.Member;
        var scans = member?.Roles.HasFlag(NodeRoles.Scanner) is not false;
        var local = scans ? new LocalScanner(Scanners(node), settings.Scan.Concurrent, options.Time) : null;
        var transport = member is not null && certificates is not null ? new ScanTransport(certificates, options.Time) : null;
        (ScannerDirectory, ScanCalls)? elsewhere = transport is null
            ? null
            : (new ScannerDirectory(member!.Cluster, settings.Name, options.Time, node.Logger), new ScanCalls(transport, options.Time));
        var scanner = new NodeScanner(settings.Name, local, elsewhere, Random.Shared, options.Time, node.Logger)
        {
            WhyNobody = scans || transport is not null ? null : "this node does not scan, and without Admin in its settings it has no certificate to ask others with",
        };
        if (member is null || local is null || certificates is null)
        {
            return new NodeScanning(local, transport, scanner, null);
        }

        if (ScannerAddress(settings) is { } address)
        {
            ScanLog.Scans(node.Logger, address, settings.Scan.Concurrent);
        }
        else
        {
            ScanLog.NoAddress(node.Logger);
        }

        return new NodeScanning(local, transport, scanner, new ScanEndpoint(local, settings.Scan, settings.Name, () => AvScannerOption.Constant(node.Policies.Current.Policy), node.Logger));
    }

    private static MessageScanner Scanners(NodeContext node) =>
        new(ScanFolder.Prepare(Path.Combine(node.Policies.StoreDirectory, "scan")), Random.Shared, node.Options.Time);

    /// <summary>Where others ask this node to scan: the admin port as it is advertised, or as this machine is known to others; null when it has none, one with a port of its own choice, or does not scan.</summary>
    public static string? ScannerAddress(NodeSettings settings)
    {
        if (settings is not { Cluster: { } cluster, Admin.Listen: { } listen } || !cluster.Does().HasFlag(NodeRoles.Scanner)
            || !System.Net.IPEndPoint.TryParse(listen, out var address))
        {
            return null;
        }

        if (cluster.Advertise is null && address.Port == 0)
        {
            return null;
        }

        var anywhere = address.Address.Equals(System.Net.IPAddress.Any) || address.Address.Equals(System.Net.IPAddress.IPv6Any);
        return cluster.Advertise ?? (anywhere
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Environment.MachineName}:{address.Port}")
            : address.ToString());
    }

    public void Dispose()
    {
        _transport?.Dispose();
        _local?.Dispose();
    }
}
