using Pipeline.Actors.Receipt;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Node.Logging;

/// <summary>Makes the plan of the logs: log_file_path and its like in the policy; the settings of the node come before them for the main log.</summary>
internal static class LogPlanner
{
    private const string Syslog = "syslog";

    /// <exception cref="IOException">A log cannot be written, or log_file_path cannot be expanded.</exception>
    public static async ValueTask<LogPlan> MakeAsync(NodeOptions options, ActivePolicy active, CancellationToken cancellationToken)
    {
        var (settings, main) = (options.Settings.Log, active.Policy.MainOptions);
        var plan = new LogPlan(main.LogSelector, main.LogTimezone);
        if (!settings.Main)
        {
            return plan;
        }

        var places = await PlacesAsync(active, cancellationToken);
        plan = plan with
        {
            Main = settings.File is { } file ? new FileSink(Path.GetFullPath(file))
                : SinkOf(PolicyLogTarget.Main, places, main, options.Time) ?? (options.MainLog is { } writer ? new TextSink(writer) : null),
            Reject = main.WriteRejectLog ? SinkOf(PolicyLogTarget.Reject, places, main, options.Time) : null,
            Panic = SinkOf(PolicyLogTarget.Panic, places, main, options.Time),
        };

        // Whoever starts a node is told at once that a log cannot be written.
        plan.Main?.Write("");
        plan.Reject?.Write("");
        return plan;
    }

    /// <summary>The items of log_file_path: templates of files, and the word for the system's log. An empty item is the default, below the spool directory.</summary>
    private static async ValueTask<List<string>> PlacesAsync(ActivePolicy active, CancellationToken cancellationToken)
    {
        if (active.Policy.MainOptions.LogFilePath is not { } option)
        {
            return [];
        }

        var scope = new EvaluationScope { Environment = active.Environment, Connection = new ConnectionScope(), Message = new MessageScope() };
        var text = await option.ExpandAsync(scope, cancellationToken);
        return text.IsSuccess
            ? [.. ListSyntax.Split(text.Value).Select(item => item.Length == 0 ? Path.Combine(active.Environment.SpoolDirectory, "log", "%slog") : item).Distinct(StringComparer.Ordinal)]
            : throw new IOException($"log_file_path cannot be expanded: {text.Message}");
    }

    private static ILogSink? SinkOf(PolicyLogTarget log, List<string> places, MainOptions main, TimeProvider time)
    {
        List<ILogSink> sinks = [];
        foreach (var place in places)
        {
            if (place != Syslog)
            {
                sinks.Add(File(place, log, time));
            }
            else if (main.SyslogDuplication || log == PolicyLogTarget.Main)
            {
                sinks.Add(new SyslogSink(SyslogSink.SystemSocket, SyslogOptionsOf(main), SeverityOf(log), time));
            }
        }

        return sinks.Count switch { 0 => null, 1 => sinks[0], _ => new SeveralSinks(sinks) };
    }

    private static FileSink File(string template, PolicyLogTarget log, TimeProvider time)
    {
        string Now() => Path.GetFullPath(LogFileName.Of(template, log, time.GetLocalNow()));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Now())!);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }

        return new FileSink(Now);
    }

    private static SyslogOptions SyslogOptionsOf(MainOptions main) => new(
        main.SyslogFacility, main.SyslogProcessName, main.SyslogTimestamp, main.SyslogPid, main.SyslogDuplication);

    private static int SeverityOf(PolicyLogTarget log) => log switch { PolicyLogTarget.Reject => 5, PolicyLogTarget.Panic => 1, _ => 6 };
}
