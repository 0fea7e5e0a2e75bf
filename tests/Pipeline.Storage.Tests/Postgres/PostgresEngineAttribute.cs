using Pipeline.Storage.Postgres.Private;
using Pipeline.Storage.Tests.Conformance;

namespace Pipeline.Storage.Tests.Postgres;

/// <summary>The tests of the class run where PostgreSQL's programs are.</summary>
public sealed class PostgresEngineAttribute : EngineNeedAttribute
{
    private static readonly string? Reason = PrivatePostgres.WhyNot();

    public override string? Missing => Reason;
}
