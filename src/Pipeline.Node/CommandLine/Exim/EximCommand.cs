using System.Net;
using Pipeline.Actors.Receipt;
using Pipeline.Node.CommandLine.Queue;
using Pipeline.Node.Configuration;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>A command line in Exim's manner, read.</summary>
internal sealed record EximCommand
{
    public EximMode Mode { get; init; }

    /// <summary>The value of <c>-C</c>: files with colons between, of which the first that exists counts; null when it was not given.</summary>
    public string? ConfigurationFiles { get; init; }

    /// <summary><c>-DNAME=value</c>.</summary>
    public ImmutableDictionary<string, string> Macros { get; init; } = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Our own addition: the settings of this node (<c>--node FILE</c>).</summary>
    public string? NodeFile { get; init; }

    /// <summary><c>-oX</c>: where a daemon listens.</summary>
    public string? Listen { get; init; }

    /// <summary><c>-oP</c>: where a daemon writes its process id.</summary>
    public string? PidFile { get; init; }

    /// <summary>The process was started by <c>-bd</c> to go on by itself.</summary>
    public bool Detached { get; init; }

    /// <summary>A daemon that only runs the queue: <c>-q30m</c> without <c>-bd</c>.</summary>
    public bool WithoutListeners { get; init; }

    /// <summary><c>-f</c> as written; empty for the null sender, null when it was not given.</summary>
    public string? Sender { get; init; }

    /// <summary><c>-F</c>: the real name of the sender; null when it was not given.</summary>
    public string? RealName { get; init; }

    /// <summary><c>-t</c>: the header says for whom the message is.</summary>
    public bool RecipientsInHeader { get; init; }

    /// <summary><c>-i</c>, <c>-oi</c>: a line with a dot alone does not end the message.</summary>
    public bool IgnoresDot { get; init; }

    /// <summary>The value of <c>-bem</c>: a file with a message.</summary>
    public string? MessageFile { get; init; }

    /// <summary>The client of <c>-bh</c>, or <c>-oMa</c>; port 0 when none was given.</summary>
    public IPEndPoint? Client { get; init; }

    /// <summary><c>-oMs</c>.</summary>
    public string? ClientName { get; init; }

    /// <summary><c>-oMr</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary><c>-oMi</c>; port 0 when none was given.</summary>
    public IPEndPoint? Interface { get; init; }

    /// <summary><c>-oMt</c>.</summary>
    public string? Ident { get; init; }

    /// <summary><c>-oMaa</c>.</summary>
    public string? Authenticator { get; init; }

    /// <summary><c>-oMas</c>: <c>$authenticated_sender</c>.</summary>
    public string? AuthenticatedSender { get; init; }

    /// <summary>What <c>-bI:</c> asks about.</summary>
    public string Topic { get; init; } = "";

    /// <summary><c>-oMai</c>.</summary>
    public string? AuthenticatedId { get; init; }

    /// <summary><c>-q…</c>: the interval between queue runs; null for one run, or without <c>-q</c>.</summary>
    public string? QueueInterval { get; init; }

    /// <summary><c>-qGNAME</c>: the named queue; empty for the default one.</summary>
    public string Queue { get; init; } = "";

    /// <summary><c>-odb</c>, <c>-odq</c> and their kin.</summary>
    public LocalDelivery Delivery { get; init; }

    /// <summary>The messages that a queue run is about.</summary>
    public QueueSelection Selection { get; init; } = QueueSelection.Due;

    /// <summary><c>-d</c>: what is told on the error output; null for nothing.</summary>
    public DebugSelection? Debug { get; init; }

    /// <summary><c>-n</c>: <c>-bP</c> shows values alone.</summary>
    public bool WithoutNames { get; init; }

    /// <summary>The value of <c>-Mset</c>: the message whose variables are there for <c>-be</c>.</summary>
    public string? QueuedMessage { get; init; }

    /// <summary>The option that is about messages of the queue: <c>-Mrm</c>, <c>-Mvh</c> and their kin.</summary>
    public string? QueueOrder { get; init; }

    /// <summary>Which recipients <c>-bp</c> and its kin show.</summary>
    public QueueRecipients Show { get; init; }

    /// <summary>What follows the options: strings to expand, addresses to test, ids to list.</summary>
    public ImmutableArray<string> Operands { get; init; } = [];

    /// <summary>What the <c>-oM</c> options say of where mail comes from; null when there are none.</summary>
    public LocalClaims? Claims =>
        (Client, Interface, ClientName, Ident) is (null, null, null, null)
        && (Protocol, Authenticator, AuthenticatedId, AuthenticatedSender) is (null, null, null, null)
            ? null
            : new LocalClaims
            {
                Client = Client?.ToString(),
                Interface = Interface?.ToString(),
                ClientName = ClientName,
                Ident = Ident,
                Protocol = Protocol,
                Authenticator = Authenticator,
                AuthenticatedId = AuthenticatedId,
                AuthenticatedSender = AuthenticatedSender,
            };

    /// <returns>Null with errors when the settings of the node cannot be used.</returns>
    public (NodeChoice? Choice, IReadOnlyList<string> Errors) Choose()
    {
        var (settings, errors) = NodeSettingsReader.Read(NodeFile);
        return settings is null ? (null, errors) : (NodeChoice.Make(FirstExisting(), settings, Macros), errors);
    }

    private string? FirstExisting()
    {
        var files = ConfigurationFiles?.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return files?.FirstOrDefault(File.Exists) ?? files?.LastOrDefault();
    }
}
