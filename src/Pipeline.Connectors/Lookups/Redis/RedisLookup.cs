using System.Net.Sockets;
using Pipeline.Connectors.Sockets;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;
using Pipeline.Policy.Lookups.Servers;

namespace Pipeline.Connectors.Lookups.Redis;

/// <summary><c>redis</c>: sends a command to the servers of <c>redis_servers</c>. A connection for each question: no command meets what another left behind.</summary>
internal sealed class RedisLookup() : ServerLookup("redis", LookupServerForm.Redis)
{
    private const int DefaultPort = 6379;

    protected override async ValueTask<LookupResult> AskAsync(LookupServer server, string query, LookupQuestion question, CancellationToken cancellationToken)
    {
        if (RedisCommand.Parse(query) is not { } command)
        {
            return LookupResult.Deferred($"REDIS: query failed: a command has one to {RedisCommand.MaxWords} words");
        }

        var time = question.Scope.Environment.Time;
        var host = server.Host.Length == 0 ? "localhost" : OctetString.ToText(server.Host);
        var (socket, problem) = await SocketConnection.OpenAsync(server.Socket ?? host, server.Port ?? DefaultPort, Patience, time, cancellationToken);
        if (socket is null)
        {
            return LookupResult.Deferred($"REDIS connection failed: {problem}");
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using (socket)
        {
            try
            {
                return await AskAsync(new RedisConversation(socket), server, command, either.Token);
            }
            catch (SocketException error)
            {
                return LookupResult.Deferred($"REDIS connection failed: {error.Message}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return LookupResult.Deferred($"REDIS: no answer within {Patience.TotalSeconds:0} s");
            }
        }
    }

    private static async ValueTask<LookupResult> AskAsync(RedisConversation conversation, LookupServer server, RedisCommand command, CancellationToken cancellationToken)
    {
        var (reply, problem) = (default(RedisReply), "");
        foreach (var (next, what) in Commands(server, command))
        {
            (reply, problem) = await conversation.AskAsync(next, cancellationToken);
            if (reply is null or { Kind: RedisReplyKind.Error })
            {
                return LookupResult.Deferred($"REDIS: {what} failed: {reply?.Text ?? problem}");
            }
        }

        return (reply?.ToResult() is { } text ? LookupResult.Found(text) : LookupResult.NotFound) with { HasWritten = !command.OnlyReads };
    }

    /// <summary>One after the other: a command must not reach a database that was not meant.</summary>
    private static IEnumerable<(RedisCommand Command, string What)> Commands(LookupServer server, RedisCommand command)
    {
        if (server.Password.Length > 0)
        {
            yield return (new RedisCommand(["AUTH", server.Password]), "authentication");
        }

        if (server.Database.Length > 0)
        {
            yield return (new RedisCommand(["SELECT", server.Database]), $"selection of database {server.Database}");
        }

        yield return (command, "query");
    }
}
