using System.Net.Sockets;
using System.Text;

namespace Pipeline.Policy.Tests.Authentication;

/// <summary>Speaks Dovecot's authentication protocol on a Unix socket as a test says, with one client at a time.</summary>
internal sealed class ScriptedDovecot : IAsyncDisposable
{
    public const string Greeting = "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\nSPID\t7\nCUID\t1\nCOOKIE\tabc\nDONE\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("dv").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    /// <param name="greeting">Null to close at once.</param>
    /// <param name="answer">Of a line AUTH or CONT; null closes.</param>
    public ScriptedDovecot(string? greeting, Func<string, string?> answer)
    {
        Address = Path.Combine(_folder, "auth");
        _listener.Bind(new UnixDomainSocketEndPoint(Address));
        _listener.Listen();
        _running = ServeAsync(greeting, answer);
    }

    public string Address { get; }

    /// <summary>What was said besides the greeting.</summary>
    public List<string> Said { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _running;
        _stopping.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ServeAsync(string? greeting, Func<string, string?> answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptAsync(_stopping.Token);
                await using var stream = new NetworkStream(client);
                if (greeting is null)
                {
                    continue;
                }

                await stream.WriteAsync(Encoding.Latin1.GetBytes(greeting), _stopping.Token);
                using var reader = new StreamReader(stream, Encoding.Latin1);
                while (await reader.ReadLineAsync(_stopping.Token) is { } line)
                {
                    if (!line.StartsWith("AUTH\t", StringComparison.Ordinal) && !line.StartsWith("CONT\t", StringComparison.Ordinal))
                    {
                        continue;
                    }

                    Said.Add(line);
                    if (answer(line) is not { } said)
                    {
                        break;
                    }

                    await stream.WriteAsync(Encoding.Latin1.GetBytes(said + "\n"), _stopping.Token);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // The test is over, or the client has gone.
        }
    }
}
