using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Postgres.Database;

namespace Pipeline.Storage.Postgres;

/// <summary>Hears of work that became claimable, on a session of its own.</summary>
/// <remarks>What was said while the session was away is lost: after each connect there may be work of every stage.</remarks>
internal sealed class WorkListener(PostgresDatabase database, TimeProvider time, ILogger logger, Action<QueueStage> heard) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var silent = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenListeningAsync(_stop.Token);
                connection.Notification += OnNotification;
                await ExecuteAsync(connection, "LISTEN " + WorkNotice.Channel);
                silent = false;
                heard(QueueStage.ToRoute);
                heard(QueueStage.ToDeliver);
                while (true)
                {
                    // A link that is gone without a word is found by asking.
                    if (!await connection.WaitAsync(Ping, _stop.Token))
                    {
                        await ExecuteAsync(connection, "SELECT 1");
                    }
                }
            }
            catch (Exception failure) when (failure is OperationCanceledException or NpgsqlException or IOException or InvalidOperationException)
            {
                if (!silent && !_stop.IsCancellationRequested)
                {
                    Log.NotListening(logger, failure.Message);
                    silent = true;
                }
            }

            await Task.Delay(Pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs notice)
    {
        foreach (var stage in WorkNotice.Read(notice.Payload))
        {
            heard(stage);
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(_stop.Token);
    }
}
