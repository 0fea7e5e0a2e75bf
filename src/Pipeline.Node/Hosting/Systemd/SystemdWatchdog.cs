using System.Globalization;

namespace Pipeline.Node.Hosting.Systemd;

/// <summary>Gives the service manager its sign of life (sd_watchdog_enabled(3)), and only while the node is alive: a node that hangs is restarted.</summary>
internal sealed class SystemdWatchdog : IAsyncDisposable
{
    public const string IntervalVariable = "WATCHDOG_USEC";
    public const string ProcessVariable = "WATCHDOG_PID";

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    /// <param name="interval">WatchdogSec: how long the manager waits for a sign. Signs are given twice in that time, as its manual advises.</param>
    /// <param name="whyDead">Looks at the node: null when it is alive, else the reason. An exception, or no answer within half the interval, counts as dead.</param>
    /// <param name="onSilence">Told why no sign was given.</param>
    public SystemdWatchdog(
        SystemdNotifier notifier, TimeSpan interval, Func<CancellationToken, Task<string?>> whyDead, Action<string> onSilence, TimeProvider time) =>
        _run = RunAsync(notifier, interval / 2, whyDead, onSilence, time, _stop.Token);

    /// <returns>Null when the service manager wants no signs of life from this process.</returns>
    public static SystemdWatchdog? FromEnvironment(
        SystemdNotifier notifier, Func<CancellationToken, Task<string?>> whyDead, ILogger logger, TimeProvider time) =>
        notifier.IsListenedTo && Interval(
            Environment.GetEnvironmentVariable(IntervalVariable), Environment.GetEnvironmentVariable(ProcessVariable), Environment.ProcessId) is { } interval
            ? new SystemdWatchdog(notifier, interval, whyDead, reason => SystemdLog.Silent(logger, reason), time)
            : null;

    /// <summary>Reads WATCHDOG_USEC and WATCHDOG_PID.</summary>
    /// <returns>Null when no watchdog is wanted, or one for another process.</returns>
    public static TimeSpan? Interval(string? microseconds, string? processId, int ownProcessId)
    {
        var isOurs = string.IsNullOrEmpty(processId)
            || (int.TryParse(processId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id == ownProcessId);
        return isOurs && long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? TimeSpan.FromMicroseconds(value)
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private static async Task RunAsync(
        SystemdNotifier notifier,
        TimeSpan period,
        Func<CancellationToken, Task<string?>> whyDead,
        Action<string> onSilence,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(period, time);
            do
            {
                if (await LookAsync(whyDead, period, time, cancellationToken) is { } reason)
                {
                    onSilence(reason);
                }
                else
                {
                    notifier.Alive();
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // the node stops, and says so itself
        }
    }

    private static async Task<string?> LookAsync(
        Func<CancellationToken, Task<string?>> whyDead, TimeSpan within, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await whyDead(cancellationToken).WaitAsync(within, time, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return error.Message;
        }
    }
}
