using System.Runtime.InteropServices;

namespace Pipeline.Storage.Postgres.Membership;

/// <summary>Linux's CLOCK_BOOTTIME. The monotonic clock of the runtime stands still while a virtual machine is suspended, and a lease does not.</summary>
internal sealed partial class BootClock : ILeaseClock
{
    private const int BootTime = 7;

    public TimeSpan Now
    {
        get
        {
            if (GetTime(BootTime, out var time) != 0)
            {
                throw new InvalidOperationException("the system has no clock that counts suspension");
            }

            return new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
        }
    }

    // Answered without entering the kernel, in a few dozen nanoseconds: the transition would cost more than the call.
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int GetTime(int clock, out KernelTime time);

    [StructLayout(LayoutKind.Sequential)]
    private struct KernelTime
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
