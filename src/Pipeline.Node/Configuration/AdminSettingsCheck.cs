using System.Net;

namespace Pipeline.Node.Configuration;

/// <summary>What can be wrong with the section Admin, seen from outside: what is in the files is for the node that reads them.</summary>
internal static class AdminSettingsCheck
{
    public static IEnumerable<string> Errors(AdminSettings settings)
    {
        if (!IPEndPoint.TryParse(settings.Listen ?? "", out var address) || address.Port == 0 && !settings.Listen!.EndsWith(":0", StringComparison.Ordinal))
        {
            yield return $"Admin:Listen: \"{settings.Listen}\" is not an address with a port, such as 0.0.0.0:8425";
        }

        foreach (var (name, file) in new[] { ("Certificate", settings.Certificate), ("Key", settings.Key), ("ClientCa", settings.ClientCa) })
        {
            if (string.IsNullOrWhiteSpace(file))
            {
                yield return $"Admin:{name}: is missing; the admin port needs mutual TLS (packaging/certificates.sh makes what it needs)";
            }
            else if (!File.Exists(file))
            {
                yield return $"Admin:{name}: {file}: no such file, or not readable";
            }
        }
    }
}
