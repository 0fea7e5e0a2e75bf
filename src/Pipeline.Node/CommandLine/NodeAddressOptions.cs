using System.CommandLine;
using System.CommandLine.Parsing;
using Pipeline.Node.Admin;

namespace Pipeline.Node.CommandLine;

/// <summary>Options of commands that speak to a running node: which one. Without an address it is the one on this machine, through its socket.</summary>
internal sealed class NodeAddressOptions
{
    private readonly Option<string?> _address = new("--address")
    {
        Description = "HOST:PORT of a node's admin port; default: the node on this machine. client.json and MPCLIENT_ADDRESS, _CERT, _KEY, _CA can say it too",
    };

    private readonly Option<string?> _cert = new("--cert") { Description = "With --address: your certificate (PEM)" };

    private readonly Option<string?> _key = new("--key") { Description = "With --address: its key (PEM)" };

    private readonly Option<string?> _ca = new("--ca") { Description = "With --address: the authority of the node's certificate (PEM)" };

    public void AddTo(Command command)
    {
        command.Options.Add(_address);
        command.Options.Add(_cert);
        command.Options.Add(_key);
        command.Options.Add(_ca);
    }

    /// <returns>Null for the node on this machine.</returns>
    /// <exception cref="AdminException">What is said is not enough to reach a node.</exception>
    public RemoteNode? Read(ParseResult parsed)
    {
        ClientSettings said;
        try
        {
            said = ClientSettings.Read(ClientSettings.Files());
        }
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            throw new AdminException(error.InnerException?.Message ?? error.Message);
        }

        if ((parsed.GetValue(_address) ?? said.Address) is not { } address)
        {
            return null;
        }

        if (!RemoteNode.TryReadAddress(address, out var host, out var port))
        {
            throw new AdminException($"--address: \"{address}\" is not HOST:PORT");
        }

        return new RemoteNode(
            host,
            port,
            parsed.GetValue(_cert) ?? said.Cert ?? throw Missing("--cert", "your certificate"),
            parsed.GetValue(_key) ?? said.Key ?? throw Missing("--key", "the key of your certificate"),
            parsed.GetValue(_ca) ?? said.Ca ?? throw Missing("--ca", "the authority of the node's certificate"));
    }

    private static AdminException Missing(string option, string what) => new($"{option} is missing: a node's admin port asks for {what}");
}
