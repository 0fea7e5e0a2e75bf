using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Actors.Receipt;
using Pipeline.Node.Admin;
using Pipeline.Node.CommandLine.Run;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.CommandLine.Exim;

/// <summary>Hands messages to the running node; without one, to a node of its own that ends with it.</summary>
internal sealed class MessageHandOver(NodeReach reach, TextWriter errors, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a node that is going away is left for the next.</summary>
    private const int Attempts = 20;

    private readonly ConsoleLineLogger _logging = new(errors, time, LogLevel.Error);
    private NodeAccess? _access;

    /// <param name="content">With CRLF line ends. Left unread by a node that does not take the message, so that the next can have it.</param>
    /// <exception cref="IOException">The input broke, or the node has gone with a part of the message.</exception>
    public async Task<MessageAnswer> SubmitAsync(LocalMessage message, Stream content, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            _access ??= await NodeAccess.OpenAsync(reach, _logging, time, cancellationToken);
            if (_access.Own is { } node)
            {
                return MessageAnswer.Of((await node.Submission.TakeAsync(_ => Task.FromResult<LocalMessage?>(message), content, cancellationToken))!);
            }

            if (await TryPostAsync(_access.Socket, message, content, attempt == Attempts, cancellationToken) is { } answer)
            {
                return answer;
            }

            await _access.DisposeAsync();
            _access = null;
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_access?.Own is { } node && !node.Submission.TryCloseIdle())
        {
            await Task.Delay(Pause, time); // other programs found this node and are not through yet
        }

        if (_access is not null)
        {
            await _access.DisposeAsync();
        }

        _logging.Dispose();
    }

    /// <returns>Null when the node did not want the message and has read nothing of it.</returns>
    private static async Task<MessageAnswer?> TryPostAsync(string socket, LocalMessage message, Stream content, bool last, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(AdminTransport.Local(socket))
        {
            BaseAddress = new Uri("http://node/"),
            Timeout = Timeout.InfiniteTimeSpan, // the input may be a person, and a scan may take its time
        };
        using var body = new Body(JsonSerializer.SerializeToUtf8Bytes(message, AdminJson.Default.LocalMessage), content);
        using var request = new HttpRequestMessage(HttpMethod.Post, MessageEndpoint.Path) { Content = body };
        request.Headers.ExpectContinue = true;
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadFromJsonAsync(AdminJson.Default.MessageAnswer, cancellationToken);
            }

            if (!last && response.StatusCode == HttpStatusCode.ServiceUnavailable && !body.IsStarted)
            {
                return null;
            }

            var problem = await response.Content.ReadFromJsonAsync(AdminJson.Default.AdminProblem, cancellationToken);
            return new MessageAnswer(451, problem?.Detail ?? $"the node answered {(int)response.StatusCode}", null);
        }
        catch (HttpRequestException) when (!last && !body.IsStarted)
        {
            return null;
        }
        catch (HttpRequestException error)
        {
            throw new IOException($"the node did not take the message: {error.InnerException?.Message ?? error.Message}", error);
        }
    }

    /// <summary>The line about the message, and the message.</summary>
    private sealed class Body(byte[] line, Stream content) : HttpContent
    {
        public bool IsStarted { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            IsStarted = true;
            await stream.WriteAsync(line);
            await stream.WriteAsync("\n"u8.ToArray());
            await content.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
