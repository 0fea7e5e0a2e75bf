using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Storage.Postgres.Database;
using Pipeline.Storage.Writing;

namespace Pipeline.Storage.Postgres.Writing;

/// <summary>Changes hints, beside the writers of messages: no mail waits for a row that another node changes just now.</summary>
/// <remarks>
/// Two round trips for all changes that came while the last ones were made: what is there is read, and each new value is written where the old one still
/// stands. A change that came too late is made again on what it finds then; somebody's change succeeds each time, so that nodes cannot hold each other up.
/// </remarks>
internal sealed class HintWriter : PostgresWriter<HintChanges>
{
    private const int MaxRounds = 100;

    public HintWriter(PostgresDatabase database, PostgresOptions options, ILogger logger)
        : base(database, options, options.HintTimeout, logger) => Start();

    protected override async Task CommitAsync(NpgsqlConnection session, IReadOnlyList<WriteRequest<HintChanges>> group)
    {
        var left = group;
        for (var round = 0; left.Count > 0; round++)
        {
            if (round == MaxRounds)
            {
                throw new TimeoutException("other nodes change the same hints all the time");
            }

            var changes = new HintChanges();
            foreach (var request in left)
            {
                request.Apply(changes);
            }

            left = await changes.MakeAsync(session);
        }
    }
}
