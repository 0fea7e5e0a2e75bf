using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Makes a new value of a hint from the one there is.</summary>
internal sealed class ChangeHintRequest(string key, Func<byte[]?, byte[]?> change) : WriteRequest<HintChanges, WriteOutcome>
{
    public string Key { get; } = PostgresText.Of(key) ?? "";

    public Func<byte[]?, byte[]?> Change => change;

    protected override WriteOutcome Answer => WriteOutcome.Durable;

    protected override WriteOutcome Unavailable => WriteOutcome.Unavailable;

    public override void Apply(HintChanges commit) => commit.Add(this);
}
