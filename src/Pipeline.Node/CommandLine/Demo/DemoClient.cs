using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Node.CommandLine.Demo;

/// <summary>What a client was told about one message.</summary>
/// <param name="TakenRecipients">Recipients of the message if it was accepted; else 0.</param>
internal sealed record DemoAnswer(bool Accepted, int TakenRecipients, int RefusedRecipients, string LastReply);

/// <summary>Hands messages in over SMTP: envelope pipelined (RFC 2920), content in chunks (RFC 3030), in the name of a client elsewhere (PROXY).</summary>
internal sealed class DemoClient(IPEndPoint node)
{
    private const int MaxReplyLines = 100;
    private const int ClientPort = 40_000;

    /// <exception cref="IOException">The node does not speak SMTP any more.</exception>
    public async Task<DemoAnswer> SubmitAsync(DemoSubmission message, CancellationToken cancellationToken)
    {
        using var socket = new Socket(node.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(node, cancellationToken);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await SendAsync(stream, Proxy(message.Client), cancellationToken);
        await ReadAsync(reader, cancellationToken);
        await SendAsync(stream, $"EHLO {message.Helo}\r\n", cancellationToken);
        await ReadAsync(reader, cancellationToken);
        var answer = await TransferAsync(stream, reader, message, cancellationToken);
        await SendAsync(stream, "QUIT\r\n", cancellationToken);
        await ReadAsync(reader, cancellationToken);
        return answer;
    }

    private static async Task<DemoAnswer> TransferAsync(
        NetworkStream stream, StreamReader reader, DemoSubmission message, CancellationToken cancellationToken)
    {
        var envelope = new StringBuilder();
        envelope.Append(CultureInfo.InvariantCulture, $"MAIL FROM:<{message.Sender}> SIZE={message.Content.Size} BODY=8BITMIME\r\n");
        foreach (var recipient in message.Recipients)
        {
            envelope.Append(CultureInfo.InvariantCulture, $"RCPT TO:<{recipient}>\r\n");
        }

        await SendAsync(stream, envelope.ToString(), cancellationToken);
        var reply = await ReadAsync(reader, cancellationToken);
        var mailTaken = IsPositive(reply);
        var taken = 0;
        for (var i = 0; i < message.Recipients.Length; i++)
        {
            reply = await ReadAsync(reader, cancellationToken);
            taken += IsPositive(reply) ? 1 : 0;
        }

        var refused = mailTaken ? message.Recipients.Length - taken : 0;
        if (taken == 0)
        {
            return new DemoAnswer(Accepted: false, 0, refused, reply);
        }

        reply = await ContentAsync(stream, reader, message.Content, cancellationToken);
        return IsPositive(reply) ? new DemoAnswer(Accepted: true, taken, refused, reply) : new DemoAnswer(Accepted: false, 0, refused, reply);
    }

    private static async Task<string> ContentAsync(NetworkStream stream, StreamReader reader, DemoContent content, CancellationToken cancellationToken)
    {
        byte[] header = [.. content.Header.Span, .. "\r\n"u8];
        await SendAsync(stream, $"BDAT {header.Length}\r\n", cancellationToken);
        await stream.WriteAsync(header, cancellationToken);
        var reply = await ReadAsync(reader, cancellationToken);
        for (var i = 1; i <= content.Repeats && IsPositive(reply); i++)
        {
            await SendAsync(stream, $"BDAT {content.Block.Length}{(i == content.Repeats ? " LAST" : "")}\r\n", cancellationToken);
            await stream.WriteAsync(content.Block, cancellationToken);
            reply = await ReadAsync(reader, cancellationToken);
        }

        return reply;
    }

    private static string Proxy(IPAddress client) => client.AddressFamily == AddressFamily.InterNetworkV6
        ? $"PROXY TCP6 {client} ::1 {ClientPort} 25\r\n"
        : $"PROXY TCP4 {client} 127.0.0.1 {ClientPort} 25\r\n";

    private static bool IsPositive(string reply) => reply.StartsWith('2');

    private static ValueTask SendAsync(NetworkStream stream, string text, CancellationToken cancellationToken) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);

    /// <returns>The last line of the reply.</returns>
    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MaxReplyLines; i++)
        {
            var line = await reader.ReadLineAsync(cancellationToken) ?? throw new IOException("the node has closed the connection");
            if (line.Length < 4 || line[3] != '-')
            {
                return line;
            }
        }

        throw new IOException("a reply of the node does not end");
    }
}
