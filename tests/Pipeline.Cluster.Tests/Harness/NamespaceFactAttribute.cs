using Pipeline.Cluster.Tests.Cluster;

namespace Pipeline.Cluster.Tests.Harness;

/// <summary>A test that needs network namespaces; skipped, with the reason printed, where the machine does not allow them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(Look);

    public NamespaceFactAttribute() => Skip = Missing.Value;

    private static string? Look()
    {
        using var reaper = new Reaper();
        var reason = Task.Run(() => NamespaceNetwork.TryCreateAsync(reaper, default)).GetAwaiter().GetResult().Reason;
        if (reason is not null)
        {
            Console.WriteLine($"skipped: no network namespaces: {reason}");
        }

        return reason;
    }
}
