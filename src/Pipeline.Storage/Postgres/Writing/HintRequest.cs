using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

internal sealed class HintRequest(string key, byte[]? value) : WriteRequest<GroupCommit, WriteOutcome>
{
    protected override WriteOutcome Answer => WriteOutcome.Durable;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    private byte[]? Value => value;

    private string Key => PostgresText.Of(key) ?? "";

    public static NpgsqlBatchCommand Statement(IReadOnlyCollection<HintRequest> hints)
    {
        // The last word on a key counts; one statement must not write a row twice.
        var last = hints.GroupBy(static h => h.Key).Select(static g => g.Last()).OrderBy(static h => h.Key, StringComparer.Ordinal).ToArray();
        return Statements.Of("put_retry_hints").Texts(last, static h => h.Key).Octets(last, static h => h.Value);
    }

    public override void Apply(GroupCommit commit) => commit.Hints.Add(this);
}
