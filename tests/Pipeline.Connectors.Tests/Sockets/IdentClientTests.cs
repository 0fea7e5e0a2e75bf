using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Connectors.Sockets;

namespace Pipeline.Connectors.Tests.Sockets;

public sealed class IdentClientTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public IdentClientTests() => _server.Start();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("4711 , 25 : USERID : UNIX : joe\r\n", "joe")]
    [InlineData("4711 , 25 : ERROR : HIDDEN-USER\r\n", null)]
    [InlineData("4711 , 25 : USERID : UNIX : joe", null)]
    [InlineData("", null)]
    public async Task The_host_is_asked_by_both_ports_and_answers_with_a_user_or_not(string reply, string? user)
    {
        var asked = AskAsync(CancellationToken.None);
        using (var connection = await _server.AcceptTcpClientAsync())
        {
            var question = new byte[100];
            var length = await connection.GetStream().ReadAsync(question);
            Assert.Equal("4711 , 25\r\n", Encoding.ASCII.GetString(question, 0, length));
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(reply));
        }

        Assert.Equal(user, await asked);
    }

    [Fact]
    public async Task A_host_without_a_server_says_nothing()
    {
        var port = Port;
        _server.Stop();
        Assert.Null(await new IdentClient(port).AskAsync(Client, Local, CancellationToken.None));
    }

    [Fact]
    public async Task A_reply_without_end_is_none()
    {
        var asked = AskAsync(CancellationToken.None);
        using var connection = await _server.AcceptTcpClientAsync();
        await connection.GetStream().WriteAsync(new byte[2000]);
        Assert.Null(await asked);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_given_up_when_the_caller_will_not_wait()
    {
        using var patience = new CancellationTokenSource();
        var asked = AskAsync(patience.Token);
        using var connection = await _server.AcceptTcpClientAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    private static IPEndPoint Client => new(IPAddress.Loopback, 4711);

    private static IPEndPoint Local => new(IPAddress.Loopback, 25);

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    private Task<string?> AskAsync(CancellationToken cancellationToken) => new IdentClient(Port).AskAsync(Client, Local, cancellationToken);
}
