using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Tests.Expansion;
using Pipeline.Policy.Tests.Routers;
using Pipeline.Policy.Transports;

namespace Pipeline.Policy.Tests.Transports;

public sealed class LmtpTransportTests
{
    private readonly ExpansionBench _bench = new();

    public LmtpTransportTests() => _bench.Scope.Address = new AddressScope { LocalPart = "bob", Domain = "local.test" };

    [Fact]
    public async Task It_speaks_over_a_socket()
    {
        var lmtp = Ready(await ExpandAsync("socket = /run/$domain/lmtp"));
        Assert.Equal(("/run/local.test/lmtp", true, 1, 300.0, false, "mx.example.com"), (lmtp.Socket, lmtp.Command.IsEmpty, lmtp.BatchMax, lmtp.Timeout.TotalSeconds, lmtp.IgnoreQuota, lmtp.HeloData));
    }

    [Fact]
    public async Task It_speaks_with_a_program()
    {
        var lmtp = Ready(await ExpandAsync("command = cat -n $local_part\nbatch_max = 20\nbatch_id = $domain\ntimeout = 1m\nignore_quota"));
        Assert.Equal("/bin/cat -n bob", string.Join(' ', lmtp.Command));
        Assert.Equal((null, 20, "local.test", 60.0, true), (lmtp.Socket, lmtp.BatchMax, lmtp.BatchId, lmtp.Timeout.TotalSeconds, lmtp.IgnoreQuota));
    }

    [Theory]
    [InlineData("socket = run/lmtp", "socket path \"run/lmtp\" of t transport is not absolute or not usable")]
    [InlineData("socket = /run/../lmtp", "socket path \"/run/../lmtp\" of t transport is not absolute or not usable")]
    [InlineData("command = $local_part", "Attempt to exec tainted path: 'bob' (t transport)")]
    public async Task Delivery_waits_for_what_cannot_be_used(string options, string message) =>
        Assert.Equal(message, Assert.IsType<TransportExpansion.Deferred>(await ExpandAsync(options)).Message);

    [Theory]
    [InlineData("", "error for t transport: one (and only one) of command or socket must be set for the t transport")]
    [InlineData("command = /bin/cat\nsocket = /x", "error for t transport: one (and only one) of command or socket must be set for the t transport")]
    [InlineData("socket = /x\ntimeout = 0s", "error for t transport: timeout value is zero")]
    public void A_mistake_does_not_load(string options, string problem)
    {
        var problems = new List<ConfigurationProblem>();
        TransportDefinition.Compile(RouterBench.Blocks($"t:\ndriver = lmtp\n{options}"), problems);
        Assert.Equal([problem], problems.Select(found => found.Message));
    }

    private static ExpandedLmtpTransport Ready(TransportExpansion expansion) => Assert.IsType<ExpandedLmtpTransport>(Assert.IsType<TransportExpansion.Ready>(expansion).Options);

    private ValueTask<TransportExpansion> ExpandAsync(string options)
    {
        var problems = new List<ConfigurationProblem>();
        var definition = TransportDefinition.Compile(RouterBench.Blocks($"t:\ndriver = lmtp\n{options}"), problems)["t"];
        Assert.Empty(problems);
        return definition.ExpandAsync(_bench.Scope, CancellationToken.None);
    }
}
