using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary><c>driver = lmtp</c>: LMTP with a program, or over a Unix socket.</summary>
public sealed class LmtpTransportDefinition : TransportDefinition
{
    private readonly PipeCommand _command;
    private readonly ExpandableString? _socket;
    private readonly ExpandableString? _batchId;
    private readonly ExpandedLmtpTransport _fixed;

    internal LmtpTransportDefinition(DriverOptions options)
        : base(options)
    {
        _command = PipeCommand.Of(Name, options.GetString("command"));
        _socket = options.GetExpandable("socket");
        _batchId = options.GetExpandable("batch_id");
        _fixed = new ExpandedLmtpTransport(Name)
        {
            Timeout = options.GetTime("timeout", TimeSpan.FromMinutes(5)),
            IgnoreQuota = options.GetBool("ignore_quota"),
            BatchMax = options.GetInt32("batch_max", 1),
        };
        if (options.IsSet("command") == (_socket is not null))
        {
            options.Report($"error for {Name} transport: one (and only one) of command or socket must be set for the {Name} transport", "driver");
        }

        if (_fixed.Timeout <= TimeSpan.Zero)
        {
            options.Report($"error for {Name} transport: timeout value is zero", "timeout");
        }
    }

    public override bool IsLocal => true;

    public override async ValueTask<TransportExpansion> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var expansion = new OptionExpansion(Name, scope, cancellationToken);
        var socket = await expansion.PathAsync("socket", _socket);
        ImmutableArray<string?> command = _socket is null ? await _command.ExpandAsync(expansion, await _command.PathAsync(expansion)) : [];
        if (expansion.Failure is null && _socket is not null && (socket is null || !TransportPath.IsSafe(socket)))
        {
            expansion.Fail($"socket path \"{socket}\" of {Name} transport is not absolute or not usable", needsAttention: true);
        }

        var expanded = await Generic.ApplyAsync(
            _fixed with
            {
                Command = command,
                Socket = socket,
                HeloData = scope.Environment.PrimaryHostname,
                BatchId = await expansion.TextAsync("batch_id", _batchId),
            },
            expansion);
        return expansion.Failure ?? new TransportExpansion.Ready(expanded);
    }
}
