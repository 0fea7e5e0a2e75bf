using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pipeline.Storage.Ports;

namespace Pipeline.Benchmarks.Storage;

/// <summary>Changes hints as rates are counted, as many at a time as there are sessions; the time of each change in milliseconds.</summary>
internal sealed class HintLoad(IMessageStore store)
{
    public async Task<List<double>> CountAsync(int sessions, int changes, int keys)
    {
        var left = changes;
        var times = await Task.WhenAll(Enumerable.Range(0, sessions).Select(_ => Task.Run(async () =>
        {
            var mine = new List<double>();
            for (int number; (number = Interlocked.Decrement(ref left)) >= 0;)
            {
                var started = Stopwatch.GetTimestamp();
                if (await store.ChangeHintAsync($"ratelimit/1h/per_rcpt/192.0.2.{number % keys}", Add, default) != WriteOutcome.Durable)
                {
                    throw new InvalidOperationException("the store cannot write");
                }

                mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return mine;
        })));
        return [.. times.SelectMany(static t => t)];
    }

    private static byte[] Add(byte[]? value)
    {
        var count = value is null ? 0 : int.Parse(Encoding.ASCII.GetString(value.AsSpan(0, 10)), CultureInfo.InvariantCulture);
        return Encoding.ASCII.GetBytes((count + 1).ToString("D10", CultureInfo.InvariantCulture).PadRight(100));
    }
}
