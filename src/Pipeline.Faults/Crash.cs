using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Pipeline.Faults;

/// <summary>Ends the process at a crash point when a test has ordered so: at once, as by kill -9, without finally blocks and flushes.</summary>
/// <remarks>Without an order a point is nothing: the flag is constant by the time the code is compiled for speed. See docs/adr/0010.</remarks>
public static partial class Crash
{
    /// <summary>The variable of the environment that names the point. Read once, when the program starts; for tests alone.</summary>
    public const string Variable = "MAILPIPELINE_CRASH_AT";

    private const int SigKill = 9;

    private static CrashOrder? _order;

    /// <summary>Whether any point is ordered: for points that need a question first.</summary>
    public static bool IsOrdered => Armed.IsOn;

    /// <summary>Before anything else in the process: from here on the ordered point kills.</summary>
    /// <exception cref="InvalidOperationException">A point was passed already.</exception>
    public static void Obey(CrashOrder order)
    {
        _order = order;
        if (!Armed.IsOn)
        {
            throw new InvalidOperationException("crash points are ordered before the first is passed");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void At(CrashPoint point)
    {
        if (Armed.IsOn)
        {
            Armed.Reached(point);
        }
    }

    /// <summary>What the process says on its standard error as its last word.</summary>
    public static string LastWord(CrashOrder order) => $"killed at crash point {order}";

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private static class Armed
    {
        public static readonly bool IsOn;

        private static readonly CrashOrder? Order;
        private static int _hits;

        // Not by initialisers: these may run before the order has come, a constructor runs at the first use.
        static Armed() => (Order, IsOn) = (_order, _order is not null);

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Reached(CrashPoint point)
        {
            if (point != Order!.Point || Interlocked.Increment(ref _hits) != Order.Hit)
            {
                return;
            }

            using (var error = Console.OpenStandardError())
            {
                error.Write(Encoding.UTF8.GetBytes(LastWord(Order) + "\n"));
            }

            _ = Kill(Environment.ProcessId, SigKill);
            Thread.Sleep(Timeout.Infinite); // the signal reaches this thread before it runs on
        }
    }
}
