using System.Net.Sockets;
using Pipeline.Mail.Addressing;
using Pipeline.Node.Configuration;
using Pipeline.Policy.Addressing;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>How a command reaches a node: by the socket for all users of the machine, for which it needs to know nothing else, or by the store that the configuration leads to. Exactly one of both is there.</summary>
internal sealed record NodeReach(string? Socket, EximConfiguration? Configuration)
{
    /// <summary>The socket for all users, when a node listens there; null otherwise.</summary>
    /// <remarks>Its usual place is not looked at for a command that names a configuration or a node of its own.</remarks>
    public static NodeReach? BySocket(EximCommand command)
    {
        var (settings, _) = NodeSettingsReader.Read(command.NodeFile);
        var path = settings?.Submission?.Socket ?? (command.NodeFile is null && command.ConfigurationFiles is null ? SubmissionSettings.UsualSocket : null);
        return path is not null && Answers(path) ? new NodeReach(path, null) : null;
    }

    /// <summary>How addresses may be written beyond the standard; as it stands for who cannot read the configuration.</summary>
    public EnvelopeAddressForms AddressForms => Configuration?.Policy.MainOptions.PathForms ?? EnvelopeAddressForms.None;

    public static NodeReach ByStore(EximConfiguration configuration) => new(null, configuration);

    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            return false;
        }
    }
}
