using System.Buffers;
using System.Net.Sockets;

namespace Pipeline.Connectors.Lookups.Redis;

/// <summary>Commands and replies over one connection. A reply must be all that comes: nothing of one is taken for the next.</summary>
internal sealed class RedisConversation(Socket socket)
{
    private const int FirstRead = 4 * 1024;

    private byte[] _octets = new byte[FirstRead];

    /// <exception cref="SocketException">The connection fails.</exception>
    public async ValueTask<(RedisReply? Reply, string Problem)> AskAsync(RedisCommand command, CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>();
        command.WriteTo(request);
        for (var sent = 0; sent < request.WrittenCount;)
        {
            sent += await socket.SendAsync(request.WrittenMemory[sent..], cancellationToken);
        }

        for (var length = 0; ;)
        {
            if (length == _octets.Length)
            {
                Array.Resize(ref _octets, Math.Min(length * 4, RedisReply.MaxBytes));
            }

            var count = await socket.ReceiveAsync(_octets.AsMemory(length), cancellationToken);
            if (count == 0)
            {
                return (null, "the server ends the connection");
            }

            length += count;
            switch (RedisReply.Parse(_octets.AsSpan(0, length), out var reply, out var consumed, out var problem))
            {
                case OperationStatus.NeedMoreData:
                    break;
                case OperationStatus.Done when consumed == length:
                    return (reply, "");
                default:
                    return (null, problem.Length > 0 ? problem : "there is more than one answer to a command");
            }
        }
    }
}
