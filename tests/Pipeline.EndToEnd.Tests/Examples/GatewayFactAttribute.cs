using Pipeline.Storage.Postgres.Private;

namespace Pipeline.EndToEnd.Tests.Examples;

/// <summary>A test that needs PostgreSQL and what makes the files of the example <c>large-gateway</c>; skipped, with the reason printed, where one is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GatewayFactAttribute : FactAttribute
{
    public GatewayFactAttribute() => Skip = GatewayNeed.Missing;
}

internal static class GatewayNeed
{
    public static string? Missing { get; } = Look();

    private static string? Look()
    {
        if (ProgramTheoryAttribute.ReasonToSkip(["mdb_load", "sqlite3"]) is { } program)
        {
            return program;
        }

        var reason = PrivatePostgres.WhyNot();
        if (reason is not null)
        {
            Console.WriteLine($"skipped: {reason}");
        }

        return reason;
    }
}
