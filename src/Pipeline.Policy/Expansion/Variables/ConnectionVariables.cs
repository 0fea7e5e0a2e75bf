using System.Globalization;

namespace Pipeline.Policy.Expansion.Variables;

/// <summary>Variables about the client and the connection.</summary>
internal static class ConnectionVariables
{
    public static VariableDefinition[] Definitions { get; } =
    [
        new("sender_host_address", s => IpText.Format(s.Connection.ClientAddress)),
        new("sender_host_port", s => s.Connection.ClientPort.ToString(CultureInfo.InvariantCulture)),
        new("sender_host_name", s => s.Connection.ClientName),
        new("sender_helo_name", s => s.Connection.HeloName),
        new("sender_ident", s => s.Connection.Ident),
        new("received_protocol", s => s.Connection.Protocol),
        new("sender_host_authenticated", s => s.Connection.AuthenticatorName),
        new("authenticated_id", s => s.Connection.AuthenticatedId),
        new("received_ip_address", s => IpText.Format(s.Connection.LocalAddress)),
        new("interface_address", s => IpText.Format(s.Connection.LocalAddress)),
        new("received_port", s => s.Connection.LocalPort.ToString(CultureInfo.InvariantCulture)),
        new("interface_port", s => s.Connection.LocalPort.ToString(CultureInfo.InvariantCulture)),
        new("smtp_command", s => s.Connection.SmtpCommand),
    ];
}
