using System.Net;

namespace Pipeline.Node.Configuration;

/// <summary>Reads and checks the settings of a node: all errors at once, each naming its setting.</summary>
internal static class NodeSettingsReader
{
    public const string EnvironmentPrefix = "MAILPIPELINE_";

    private static readonly TimeSpan ShortestQueueInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ShortestScan = TimeSpan.FromSeconds(1);

    // RFC 5321, 4.5.3.2.6: the client waits ten minutes behind its final dot, of which the commit takes some.
    private static readonly TimeSpan LongestScan = TimeSpan.FromMinutes(8);

    /// <param name="file">Null for the environment alone.</param>
    /// <returns>The settings, or null with errors.</returns>
    public static (NodeSettings? Settings, IReadOnlyList<string> Errors) Read(string? file)
    {
        var configuration = new ConfigurationBuilder();
        if (file is not null)
        {
            if (!File.Exists(file))
            {
                return (null, [$"{file}: no such file"]);
            }

            configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
        }

        try
        {
            // The file alone first: a name in it that is none is an error, one in the environment may be another program's.
            _ = configuration.Build().Get<NodeSettings>(binder => binder.ErrorOnUnknownConfiguration = true);
            var settings = configuration.AddEnvironmentVariables(EnvironmentPrefix).Build().Get<NodeSettings>() ?? new NodeSettings();
            var errors = Check(settings).Select(error => file is null ? error : $"{file}: {error}").ToArray();
            return errors.Length > 0 ? (null, errors) : (settings, []);
        }
        catch (Exception error) when (error is InvalidOperationException or InvalidDataException or FormatException)
        {
            return (null, [$"{file ?? "environment"}: {error.InnerException?.Message ?? error.Message}"]);
        }
    }

    private static IEnumerable<string> Check(NodeSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.Name))
        {
            yield return "Name: must not be empty";
        }

        for (var i = 0; i < settings.Listen.Count; i++)
        {
            if (!IPEndPoint.TryParse(settings.Listen[i].Address ?? "", out _))
            {
                yield return $"Listen:{i}:Address: \"{settings.Listen[i].Address}\" is not an address with a port, such as 0.0.0.0:25";
            }

            foreach (var network in settings.Listen[i].ProxyFrom ?? [])
            {
                if (!IPNetwork.TryParse(network, out _) && !IPAddress.TryParse(network, out _))
                {
                    yield return $"Listen:{i}:ProxyFrom: \"{network}\" is not a network, such as 10.0.0.0/8";
                }
            }
        }

        foreach (var server in settings.Dns.Servers.Concat(settings.Dns.Trusted))
        {
            if (!IPEndPoint.TryParse(server, out _))
            {
                yield return $"Dns: \"{server}\" is not an address, such as 127.0.0.1:53";
            }
        }

        if (settings.Dns.ZoneFile is { } zone && !File.Exists(zone))
        {
            yield return $"Dns:ZoneFile: {zone}: no such file";
        }

        foreach (var error in settings.Cluster?.Errors(settings.Name) ?? [])
        {
            yield return error;
        }

        if (settings.Log.Form is not (LogSettings.Exim or LogSettings.Json))
        {
            yield return $"Log:Form: \"{settings.Log.Form}\" is neither {LogSettings.Exim} nor {LogSettings.Json}";
        }

        if (settings.MessageIds is not (NodeSettings.LongMessageIds or NodeSettings.ShortMessageIds))
        {
            yield return $"MessageIds: \"{settings.MessageIds}\" is neither {NodeSettings.LongMessageIds} nor {NodeSettings.ShortMessageIds}";
        }

        if (settings.Smtp.BareLineEnds is not ("refuse" or "normalise"))
        {
            yield return $"Smtp:BareLineEnds: \"{settings.Smtp.BareLineEnds}\" is neither refuse nor normalise";
        }

        if (settings.Log.File is { } log && (log.Length == 0 || Directory.Exists(log)))
        {
            yield return $"Log:File: \"{log}\" is not the name of a file";
        }

        foreach (var error in settings.Submission?.Errors() ?? [])
        {
            yield return error;
        }

        foreach (var error in settings.Admin is { } admin ? AdminSettingsCheck.Errors(admin) : [])
        {
            yield return error;
        }

        foreach (var (name, value) in new (string, long)[]
        {
            ("Smtp:MaxConnections", settings.Smtp.MaxConnections),
            ("Smtp:MaxConnectionsPerAddress", settings.Smtp.MaxConnectionsPerAddress),
            ("Smtp:MaxRecipients", settings.Smtp.MaxRecipients),
            ("Delivery:PerDestination", settings.Delivery.PerDestination),
            ("Delivery:Overall", settings.Delivery.Overall),
            ("Delivery:MaxActiveMessages", settings.Delivery.MaxActiveMessages),
            ("Scan:Concurrent", settings.Scan.Concurrent),
            ("Scan:MaxMessageBytes", settings.Scan.MaxMessageBytes),
        })
        {
            if (value < 1)
            {
                yield return $"{name}: {value} is not a positive number";
            }
        }

        if (settings.Delivery.QueueInterval is { } interval && interval < ShortestQueueInterval)
        {
            yield return $"Delivery:QueueInterval: {interval} is shorter than {ShortestQueueInterval}";
        }

        if (settings.Scan.Deadline < ShortestScan || settings.Scan.Deadline > LongestScan)
        {
            yield return $"Scan:Deadline: {settings.Scan.Deadline} is not between {ShortestScan} and {LongestScan}: a client waits ten minutes for its answer at most";
        }
    }
}
