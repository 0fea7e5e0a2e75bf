using System.Diagnostics;

namespace Pipeline.Fuzz;

/// <summary>Feeds one target and reports what broke, what was slow and what allocated too much.</summary>
internal sealed class FuzzRun(FuzzTarget target, int count, int seed, TextWriter output)
{
    private const int MaxFindings = 10;

    // An input may take this long, and a little for each octet; another process on the machine may take the processor away, so an
    // input that seems the slowest is tried again and counts with its best time.
    private static readonly TimeSpan TimeAllowance = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TimePerOctet = TimeSpan.FromMicroseconds(1);
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(20);

    private int _findings;
    private volatile byte[] _current = [];
    private TimeSpan _slowest;
    private byte[] _slowestInput = [];
    private long _largestAllocation;

    /// <summary>The number of findings. A target that hangs ends the process, with the input printed.</summary>
    public int Execute()
    {
        var mutator = new Mutator(target.Seeds, seed);
        var started = Stopwatch.GetTimestamp();
        using var watchdog = new Timer(_ => Hang(), null, HangLimit, Timeout.InfiniteTimeSpan);
        Measure(target.Seeds[0]);
        (_slowest, _largestAllocation) = (TimeSpan.Zero, 0);
        foreach (var input in target.Seeds.Concat(Enumerable.Range(0, count).Select(_ => mutator.Next())))
        {
            _current = input;
            watchdog.Change(HangLimit, Timeout.InfiniteTimeSpan);
            Try(input);
            if (_findings >= MaxFindings)
            {
                break;
            }
        }

        output.WriteLine(
            $"{target.Name}: {count} inputs, seed {seed}, {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, {_findings} findings, "
            + $"slowest {_slowest.TotalMilliseconds:0.00} ms ({_slowestInput.Length} octets), largest allocation {_largestAllocation} bytes");
        return _findings;
    }

    private void Try(byte[] input)
    {
        try
        {
            var (time, allocated) = Measure(input);
            var limit = TimeAllowance + (TimePerOctet * input.Length);
            for (var again = 0; time > _slowest && again < 3; again++)
            {
                time = Measure(input).Time is var repeated && repeated < time ? repeated : time;
            }

            if (time > _slowest)
            {
                (_slowest, _slowestInput) = (time, input);
            }

            _largestAllocation = Math.Max(_largestAllocation, allocated);
            if (time > limit)
            {
                Report($"took {time.TotalMilliseconds:0} ms", input);
            }

            if (allocated > target.AllocationAllowance + ((long)target.AllocationFactor * input.Length))
            {
                Report($"allocated {allocated} bytes", input);
            }
        }
        catch (Exception exception)
        {
            Report($"threw {exception.GetType().Name}: {exception.Message}{Environment.NewLine}{exception.StackTrace}", input);
        }
    }

    private (TimeSpan Time, long Allocated) Measure(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        target.Body(input);
        return (Stopwatch.GetElapsedTime(started), GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Hang()
    {
        Report($"did not come back within {HangLimit.TotalSeconds} s", _current);
        output.Flush();
        Environment.Exit(2);
    }

    private void Report(string what, byte[] input)
    {
        _findings++;
        output.WriteLine($"{target.Name}: {what}");
        output.WriteLine($"  input ({input.Length} octets, base64): {Convert.ToBase64String(input)}");
    }
}
