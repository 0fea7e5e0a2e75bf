using Pipeline.Storage.TestKit;

namespace Pipeline.Cluster.Tests.Upgrade;

/// <summary>A test that needs PostgreSQL and the history of the repository; skipped, with the reason printed, where one of them is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UpgradeFactAttribute : PostgresFactAttribute
{
    public UpgradeFactAttribute()
    {
        if (Skip is null && PreviousRelease.WhyNot is { } reason)
        {
            Console.WriteLine($"skipped: {reason}");
            Skip = reason;
        }
    }
}
