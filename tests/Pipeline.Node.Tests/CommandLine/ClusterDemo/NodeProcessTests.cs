using System.Net;
using Pipeline.Node.CommandLine.ClusterDemo;

namespace Pipeline.Node.Tests.CommandLine.ClusterDemo;

public sealed class NodeProcessTests
{
    [Fact]
    public void Endpoint_is_read_from_the_first_line_when_it_is_whole()
    {
        const string Line = "2026-11-22 12:00:00.000 MailPipeline 0.1.0 started as node-1: policy 1 from x.conf, store /s, listening on 127.0.0.1:40123\n";
        Assert.Equal(IPEndPoint.Parse("127.0.0.1:40123"), NodeProcess.ReadEndpoint(Line));
        for (var i = 0; i < Line.Length; i++)
        {
            Assert.Null(NodeProcess.ReadEndpoint(Line[..i]));
        }
    }
}
