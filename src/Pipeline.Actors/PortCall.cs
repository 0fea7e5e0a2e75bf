namespace Pipeline.Actors;

/// <summary>Calls a port from an actor: whatever it throws, before its first wait or after, is in the task, so that PipeTo tells of it.</summary>
internal static class PortCall
{
    public static async Task<T> Start<T>(Func<ValueTask<T>> call) => await call();

    public static async Task<T> Start<T>(Func<Task<T>> call) => await call();
}
