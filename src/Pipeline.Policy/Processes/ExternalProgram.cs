using System.Text;

namespace Pipeline.Policy.Processes;

/// <summary>What became of a program.</summary>
public enum ProgramEnd
{
    /// <summary>It ended, with a status or by a signal.</summary>
    Ended = 0,

    /// <summary>It could not be started.</summary>
    NotStarted = 1,

    /// <summary>It took too long and was killed.</summary>
    TimedOut = 2,

    /// <summary>It wrote more than it may and was killed.</summary>
    TooMuchOutput = 3,

    /// <summary>What it should read could not be had, and it was killed.</summary>
    NoInput = 4,

    /// <summary>It has gone, and how is not known.</summary>
    Unknown = 5,
}

/// <param name="Output">What it wrote on both its outputs, one char for each octet; a little more than is allowed when it was too much.</param>
/// <param name="Problem">Why it was not started or not fed; empty otherwise.</param>
public readonly record struct ProgramRun(ProgramEnd End, ProcessExit Exit, string Output, string Problem = "");

/// <summary>Runs a program for a bounded time and a bounded amount of output.</summary>
public static class ExternalProgram
{
    /// <param name="input">What it reads, piece by piece; a piece is done with when the next is asked for. Null for nothing.</param>
    /// <param name="timeout">Zero or less for none. The whole process group is killed when it is over.</param>
    /// <exception cref="OperationCanceledException">The process group was killed because of it.</exception>
    public static async ValueTask<ProgramRun> RunAsync(
        ProcessStart start, IAsyncEnumerable<ReadOnlyMemory<byte>>? input, TimeSpan timeout, int maxOutput, TimeProvider time, CancellationToken cancellationToken)
    {
        var written = new StringBuilder();
        var run = await RunAsync(start, input, Keep, timeout, maxOutput, time, cancellationToken);
        return run with { Output = run.End is ProgramEnd.NotStarted or ProgramEnd.NoInput ? "" : written.ToString() };

        ValueTask Keep(ReadOnlyMemory<byte> piece, CancellationToken _)
        {
            written.Append(Encoding.Latin1.GetString(piece.Span));
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The same with output of any size, which goes where the caller wants it.</summary>
    /// <param name="output">Takes what the program writes, piece by piece, what is too much included; a piece is good until it returns. The program is killed when it throws.</param>
    /// <returns>A run whose <see cref="ProgramRun.Output"/> is empty.</returns>
    /// <exception cref="OperationCanceledException">The process group was killed because of it.</exception>
    public static async ValueTask<ProgramRun> RunAsync(
        ProcessStart start,
        IAsyncEnumerable<ReadOnlyMemory<byte>>? input,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output,
        TimeSpan timeout,
        long maxOutput,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        await using var child = ChildProcess.Start(start, out var standardInput, out var standardOutput, out var error);
        if (child is null)
        {
            return new ProgramRun(ProgramEnd.NotStarted, default, "", error);
        }

        await using var reading = standardOutput;
        using var limit = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var feeding = FeedAsync(child, input, standardInput, stop.Token);
        var end = ProgramEnd.TimedOut;
        var exit = default(ProcessExit);
        try
        {
            if (!await ReadAsync(reading, output, maxOutput, stop.Token))
            {
                end = ProgramEnd.TooMuchOutput;
            }
            else
            {
                var known = await child.WaitAsync(stop.Token);
                (end, exit) = known is { } how ? (ProgramEnd.Ended, how) : (ProgramEnd.Unknown, default);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over.
        }
        finally
        {
            if (end is ProgramEnd.TimedOut or ProgramEnd.TooMuchOutput)
            {
                child.KillGroup();
            }

            await stop.CancelAsync();
            await feeding;
        }

        return await feeding is { } problem ? new ProgramRun(ProgramEnd.NoInput, default, "", problem) : new ProgramRun(end, exit, "");
    }

    /// <summary>Writes all, and ends the input. Kills the group when the input cannot be had: a part of it must never look like the whole.</summary>
    /// <returns>Why it could not be had; null when all is written, or the program does not want more.</returns>
    private static async Task<string?> FeedAsync(
        ChildProcess child, IAsyncEnumerable<ReadOnlyMemory<byte>>? input, Stream standardInput, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
            {
                await foreach (var piece in input)
                {
                    if (!await TryWriteAsync(standardInput, piece, cancellationToken))
                    {
                        return null;
                    }
                }
            }

            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            child.KillGroup();
            return problem.Message;
        }
        finally
        {
            await standardInput.DisposeAsync();
        }
    }

    private static async ValueTask<bool> TryWriteAsync(Stream standardInput, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        try
        {
            await standardInput.WriteAsync(piece, cancellationToken);
            return true;
        }
        catch (Exception closed) when (closed is IOException or OperationCanceledException)
        {
            // It has closed its input, or it is over.
            return false;
        }
    }

    /// <summary>Reads to the end; false when there is more than is allowed.</summary>
    private static async Task<bool> ReadAsync(
        Stream reading, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output, long maxOutput, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var total = 0L;
        int read;
        while ((read = await reading.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await output(buffer.AsMemory(0, read), cancellationToken);
            total += read;
            if (total > maxOutput)
            {
                return false;
            }
        }

        return true;
    }
}
