using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Transports;

/// <summary><c>driver = pipe</c>: the message is written to a program.</summary>
public sealed class PipeTransportDefinition : TransportDefinition
{
    private readonly PipeCommand _command;
    private readonly FrameOptions _frame;
    private readonly ExpandableString? _environment;
    private readonly ExpandableString? _batchId;
    private readonly ExpandedPipeTransport _fixed;

    internal PipeTransportDefinition(DriverOptions options)
        : base(options)
    {
        _command = PipeCommand.OfPipe(options);
        _frame = new FrameOptions(options, defaultCheck: "", defaultEscape: "");
        _environment = options.GetExpandable("environment");
        _batchId = options.GetExpandable("batch_id");
        var errors = options.GetString("temp_errors", "75:73").Trim();
        _fixed = new ExpandedPipeTransport(Name)
        {
            Command = [],
            Frame = FrameOptions.None,
            Environment = ImmutableDictionary<string, string>.Empty,
            Umask = options.GetOctal("umask", 0b000_010_010),
            Timeout = options.GetTime("timeout", TimeSpan.FromHours(1)),
            TimeoutDefer = options.GetBool("timeout_defer"),
            MaxOutput = options.GetInt32("max_output", 20 * 1024),
            TemporaryErrors = ReadErrors(options, errors),
            EveryErrorIsTemporary = errors == "*",
            IgnoreStatus = options.GetBool("ignore_status"),
            FreezeExecFail = options.GetBool("freeze_exec_fail"),
            FreezeSignal = options.GetBool("freeze_signal"),
            ReturnOutput = options.GetBool("return_output"),
            ReturnFailOutput = options.GetBool("return_fail_output"),
            LogOutput = options.GetBool("log_output"),
            LogFailOutput = options.GetBool("log_fail_output"),
            LogDeferOutput = options.GetBool("log_defer_output"),
            BatchMax = options.GetInt32("batch_max", 1),
        };
        if (_fixed is { ReturnOutput: true, ReturnFailOutput: true })
        {
            options.Report($"error for {Name} transport: return_output and return_fail_output are mutually exclusive", "return_output");
        }

        if (_fixed is { LogOutput: true } and ({ LogFailOutput: true } or { LogDeferOutput: true }))
        {
            options.Report($"error for {Name} transport: log_output makes log_fail_output and log_defer_output needless", "log_output");
        }
    }

    public override bool IsLocal => true;

    public override async ValueTask<TransportExpansion> ExpandAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        var expansion = new OptionExpansion(Name, scope, cancellationToken);
        var path = await _command.PathAsync(expansion);
        var command = await _command.ExpandAsync(expansion, path);
        var frame = await _frame.ExpandAsync(expansion);
        var added = await expansion.TextAsync("environment", _environment);
        var expanded = await Generic.ApplyAsync(
            _fixed with { Command = command, Frame = frame, BatchId = await expansion.TextAsync("batch_id", _batchId) }, expansion);
        if (expansion.Failure is { } failure)
        {
            return failure;
        }

        var home = expanded.HomeDirectory ?? scope.Address?.Text("home");
        var directory = expanded.CurrentDirectory ?? scope.Address?.CurrentDirectory ?? home ?? "/";
        if (!TransportPath.IsSafe(directory))
        {
            return new TransportExpansion.Deferred($"current directory \"{directory}\" of {Name} transport is not absolute or not usable");
        }

        return new TransportExpansion.Ready(expanded with { Environment = Environment(scope, path, home, added), Directory = directory });
    }

    private static ImmutableArray<int> ReadErrors(DriverOptions options, string errors)
    {
        var statuses = ImmutableArray.CreateBuilder<int>();
        foreach (var item in ListSyntax.Split(errors == "*" ? "" : errors).Where(item => item.Length > 0))
        {
            if (int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                statuses.Add(status);
            }
            else
            {
                options.Report($"error for {options.Name} transport: temp_errors must be a list of numbers or an asterisk", "temp_errors");
            }
        }

        return statuses.ToImmutable();
    }

    /// <summary>Exim specification, "Environment variables" of the pipe transport. Nothing of this process's own environment is passed on.</summary>
    private static ImmutableDictionary<string, string> Environment(EvaluationScope scope, string path, string? home, string? added)
    {
        var address = scope.Address;
        var localPart = OctetString.FromText(address?.LocalPart ?? "");
        var domain = OctetString.FromText(address?.Domain ?? "");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LOCAL_PART"] = localPart,
            ["LOGNAME"] = localPart,
            ["USER"] = localPart,
            ["LOCAL_PART_PREFIX"] = OctetString.FromText(address?.LocalPartPrefix ?? ""),
            ["LOCAL_PART_SUFFIX"] = OctetString.FromText(address?.LocalPartSuffix ?? ""),
            ["DOMAIN"] = domain,
            ["HOME"] = home ?? "",
            ["MESSAGE_ID"] = scope.Message.Id,
            ["PATH"] = path,
            ["RECIPIENT"] = $"{localPart}@{domain}",
            ["QUALIFY_DOMAIN"] = scope.Environment.Policy.MainOptions.QualifyDomain?.Constant ?? scope.Environment.PrimaryHostname,
            ["SENDER"] = OctetString.FromText(address?.Text("return_path") ?? scope.Message.Sender.ToString()),
            ["SHELL"] = "/bin/sh",
        };
        if (address?.Text("host") is { Length: > 0 } host)
        {
            variables["HOST"] = host;
        }

        foreach (var setting in ListSyntax.Split(added ?? ""))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                variables[setting[..equals]] = setting[(equals + 1)..];
            }
        }

        return variables.ToImmutableDictionary(StringComparer.Ordinal);
    }
}
