using Pipeline.Storage.Postgres.Private;
using Xunit;

namespace Pipeline.Storage.TestKit;

/// <summary>A test that needs PostgreSQL's programs on this machine; skipped, with the reason printed, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresNeed.Missing;
}

/// <summary>As <see cref="PostgresFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = PostgresNeed.Missing;
}

/// <summary>What this machine lacks for tests with PostgreSQL; said once.</summary>
internal static class PostgresNeed
{
    public static string? Missing { get; } = Look();

    private static string? Look()
    {
        var reason = PrivatePostgres.WhyNot();
        if (reason is not null)
        {
            Console.WriteLine($"skipped: {reason}");
        }

        return reason;
    }
}
