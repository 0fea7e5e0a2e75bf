using Pipeline.Policy.Configuration;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>The main options that a node reads when it starts: another policy changes them at the next start only.</summary>
internal static class StartOptions
{
    private static readonly string[] Names =
    [
        "daemon_smtp_ports", "local_interfaces", "tls_on_connect_ports", "spool_directory", "smtp_accept_max", "smtp_accept_max_per_host",
        "smtp_accept_max_per_connection", "smtp_receive_timeout",
    ];

    /// <summary>Those that the two policies set differently.</summary>
    public static IEnumerable<string> Changed(MainOptions before, MainOptions after) => Names.Where(name => Text(before, name) != Text(after, name));

    private static string? Text(MainOptions options, string name) =>
        options.Settings.TryGetValue(name, out var setting) ? setting.Value ?? (setting.Negated ? "false" : "true") : null;
}
