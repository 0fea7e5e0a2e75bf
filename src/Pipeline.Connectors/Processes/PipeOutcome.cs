using System.Globalization;
using Pipeline.Connectors.Files;
using Pipeline.Connectors.Ports;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Processes;

namespace Pipeline.Connectors.Processes;

/// <summary>What the end of a program means for delivery. The words of the log are those operators look for.</summary>
internal static class PipeOutcome
{
    private const int NotExecuted = 127;

    /// <param name="command">For the log.</param>
    public static DeliveryOutcome Of(PipeTransportSettings settings, string command, ProgramRun run)
    {
        var child = $"Child process of {settings.Name} transport";
        return run.End switch
        {
            ProgramEnd.NotStarted when settings.DeferWhenNotStarted => Defer(FailureClass.Local, $"pipe exec failed: {run.Problem}", freezes: true),
            ProgramEnd.NotStarted => Judge(settings, new ProcessExit(NotExecuted, 0), run.Output, $"{child} returned 127 (could mean unable to exec or command does not exist) from command: {command}: {run.Problem}"),
            ProgramEnd.TimedOut when settings.TimeoutDefer => Defer(FailureClass.Timeout, $"pipe delivery process timed out: {command}"),
            ProgramEnd.TimedOut => Fail(settings, run.Output, $"pipe delivery process timed out: {command}", FailureClass.Timeout),
            ProgramEnd.TooMuchOutput => Fail(settings, run.Output, $"{child} wrote more than {settings.MaxOutput} octets and was killed: {command}", FailureClass.Permanent),
            ProgramEnd.NoInput => FileFailure.Local("the message cannot be read at present", $"{command} was killed in the middle of the message: {run.Problem}"),
            ProgramEnd.Unknown => Defer(FailureClass.InDoubt, $"{child} has gone without a status: {command}"),
            _ => Judge(settings, run.Exit, run.Output, run.Exit.Signal != 0
                ? string.Create(CultureInfo.InvariantCulture, $"{child} (running command \"{command}\") was terminated by signal {run.Exit.Signal}")
                : string.Create(CultureInfo.InvariantCulture, $"{child} returned {run.Exit.Status}{(run.Exit.Status == NotExecuted ? " (could mean unable to exec or command does not exist)" : "")} from command: {command}")),
        };
    }

    /// <summary>The line of output that goes to the log, or null.</summary>
    public static string? Logged(PipeTransportSettings settings, DeliveryOutcome outcome, string output)
    {
        var wanted = settings.LogOutput || outcome switch
        {
            DeliveryOutcome.Failed => settings.LogFailOutput,
            DeliveryOutcome.Deferred => settings.LogDeferOutput,
            _ => false,
        };
        return wanted && output.Length > 0 ? FirstLine(output) : null;
    }

    private static DeliveryOutcome Judge(PipeTransportSettings settings, ProcessExit exit, string output, string words)
    {
        if (settings.ReturnOutput && output.Length > 0)
        {
            return Fail(settings, output, $"{settings.Name} transport output: {FirstLine(output)}", FailureClass.Permanent);
        }

        if (settings.IgnoreStatus || exit == default)
        {
            return DeliveryOutcome.Delivered.Locally("");
        }

        if (exit.Signal != 0 && settings.DeferOnSignal)
        {
            return Defer(FailureClass.Local, words, freezes: true);
        }

        var isTemporary = exit.Signal == 0 && !settings.ReturnOutput && (settings.EveryErrorIsTemporary || settings.TemporaryErrors.Contains(exit.Status));
        return isTemporary
            ? Defer(FailureClass.Local, words)
            : Fail(settings, output, words, FailureClass.Permanent);
    }

    private static DeliveryOutcome.Failed Fail(PipeTransportSettings settings, string output, string words, FailureClass failureClass)
    {
        var returned = output.Length > 0 && (settings.ReturnOutput || settings.ReturnFailOutput)
            ? $"local delivery failed\nThe following text was generated during the delivery attempt:\n{OctetString.ToText(output[..Math.Min(output.Length, settings.MaxOutput)])}"
            : "local delivery failed";
        return new(new DeliveryFailure
        {
            Class = failureClass,
            Reason = returned,
            Internal = words,
        });
    }

    private static DeliveryOutcome.Deferred Defer(FailureClass failureClass, string words, bool freezes = false) =>
        new(new DeliveryFailure { Class = failureClass, Reason = "local delivery failed", Internal = words, Freezes = freezes });

    private static string FirstLine(string output) => OctetString.ToText(output.AsSpan().TrimStart("\r\n").ToString().Split('\n', 2)[0].TrimEnd());
}
