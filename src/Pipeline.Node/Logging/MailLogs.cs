using Pipeline.Actors.Receipt;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.Logging;

/// <summary>Opens the logs of mail where the policy and the settings of the node want them.</summary>
internal static class MailLogs
{
    /// <param name="current">The policy in force: when it changes, so do the logs.</param>
    /// <returns>Null when there is to be none.</returns>
    /// <exception cref="NodeStartException">One of them cannot be written.</exception>
    public static async ValueTask<MailLog?> OpenAsync(NodeOptions options, Func<ActivePolicy> current, ILogger logger, CancellationToken cancellationToken)
    {
        var followed = current();
        LogPlan plan;
        try
        {
            plan = await LogPlanner.MakeAsync(options, followed, cancellationToken);
        }
        catch (IOException error)
        {
            throw new NodeStartException([$"the log cannot be written: {error.Message}"]);
        }

        // Made anew when another policy is in force, not for each batch of lines.
        async ValueTask<LogPlan> NowAsync()
        {
            if (current() is var now && !ReferenceEquals(now, followed))
            {
                followed = now;
                plan = await LogPlanner.MakeAsync(options, now, CancellationToken.None);
            }

            return plan;
        }

        ILogForm form = options.Settings.Log.Form == LogSettings.Json ? new JsonLogForm(options.Time) : new EximLogForm(options.Time);
        return plan.WritesAnything ? new MailLog(plan, NowAsync, form, options.Time, logger) : null;
    }
}
