using Pipeline.Actors.Tests.Support;

namespace Pipeline.Actors.Tests.Receipt;

/// <summary>Room that is kept for some hosts: <c>smtp_accept_reserve</c>, <c>smtp_load_reserve</c> and <c>smtp_reserve_hosts</c>. The words are Exim's.</summary>
public sealed class ConnectionReserveTests : ReceiptTestKit
{
    [Theory]
    [InlineData("smtp_accept_reserve = 2", 2, 0, null)]
    [InlineData("smtp_accept_reserve = 2", 3, 0, "421 4.3.2 mx.test: Too many concurrent SMTP connections; please try again later|temporarily refused connection from [192.0.2.1]: not in reserve list: connected=2 max=4 reserve=2")]
    [InlineData("smtp_accept_reserve = 2\nsmtp_reserve_hosts = 192.0.2.0/24", 4, 0, null)]
    [InlineData("smtp_accept_reserve = 2\nsmtp_reserve_hosts = 198.51.100.0/24", 4, 0, "421 4.3.2 mx.test: Too many concurrent SMTP connections; please try again later|temporarily refused connection from [192.0.2.1]: not in reserve list: connected=3 max=4 reserve=2")]
    [InlineData("", 4, 99_000, null)]
    [InlineData("smtp_load_reserve = 2.5", 1, 2500, null)]
    [InlineData("smtp_load_reserve = 2.5", 1, 2510, "421 4.3.2 mx.test: Too much load; please try again later|temporarily refused connection from [192.0.2.1]: not in reserve list and load average = 2.51")]
    [InlineData("smtp_load_reserve = 2.5\nsmtp_reserve_hosts = 192.0.2.1", 1, 9000, null)]
    public async Task Hosts_without_a_place_of_their_own_are_refused_when_it_is_crowded(string options, int connections, int load, string? refusal)
    {
        var policy = new TestPolicy(options + "\n", Time);
        var service = Service(policy, services: services => services with { Connections = () => connections, MaxConnections = 4, LoadAverage = () => load });
        await using var session = service.Open(Client());

        var decision = await session.ConnectAsync(CancellationToken.None);

        Assert.Equal(refusal is not null, decision.Close);
        Assert.Equal(refusal?.Split('|')[0] ?? "220", decision.Close ? decision.Reply.ToString() : "220");
        Assert.Equal(refusal is null ? [] : [refusal.Split('|')[1]], policy.Lines);
    }
}
