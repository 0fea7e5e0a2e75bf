using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Writes what becomes of messages. An acceptance that was refused in doubt is taken back as soon as the database is there.</summary>
internal sealed class MessageWriter : PostgresWriter<GroupCommit>
{
    private readonly DoubtfulAccepts _doubtful;

    public MessageWriter(PostgresDatabase database, PostgresOptions options, ILogger logger)
        : base(database, options, options.WriteTimeout, logger)
    {
        _doubtful = new DoubtfulAccepts(options.TimeProvider);
        Start();
    }

    protected override bool HasRemains => !_doubtful.IsEmpty;

    protected override async Task CommitAsync(NpgsqlConnection session, IReadOnlyList<WriteRequest<GroupCommit>> group)
    {
        foreach (var accept in group.OfType<AcceptRequest>())
        {
            _doubtful.Forget(accept.Message.Id);
        }

        await _doubtful.WithdrawAsync(session);
        await GroupTransaction.RunAsync(session, group);
    }

    protected override void GiveUp(WriteRequest<GroupCommit> request)
    {
        if (request is AcceptRequest accept)
        {
            _doubtful.Add(accept.Message);
        }
    }
}
