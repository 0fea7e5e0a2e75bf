namespace Pipeline.Storage.State;

/// <summary>Times as stored: 100 ns since 1970 UTC.</summary>
internal static class StoredTime
{
    public static long Of(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks;

    public static DateTimeOffset Read(long ticks) => DateTimeOffset.UnixEpoch.AddTicks(ticks);
}
