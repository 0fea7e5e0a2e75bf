using System.Runtime.Versioning;
using Pipeline.Messages.Journal;

namespace Pipeline.EndToEnd.Tests.SeedText;

/// <summary>"Queuefile transport".</summary>
[UnsupportedOSPlatform("windows")]
public sealed class QueuefileTransportTests
{
    [Fact]
    public async Task Sample_configuration_copies_the_spool_files()
    {
        using var host = new PolicyHost($"""
            primary_hostname = mx.mydomain.com
            spool_directory = FOLDER/spool
            acl_smtp_rcpt = accept

            begin routers
            {Fragments.QueuefileRouter}

            begin transports
            {Fragments.QueuefileTransport.Replace("/var/spool/baruwa-scanner", "FOLDER", StringComparison.Ordinal)}
            """);
        Directory.CreateDirectory(host.Folder.Of("input"));
        await using var node = await host.StartAsync();
        var id = await node.SendAsync("a@elsewhere.test", ["b@mydomain.com"], "Subject: x\n\nbody\n");
        await node.UntilAsync<MessageCompleted>(id);
        Assert.Equal([$"{id}-D", $"{id}-H"], Directory.GetFiles(host.Folder.Of("input")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal($"{id}-D\nbody\n", await File.ReadAllTextAsync(host.Folder.Of("input", $"{id}-D")));
        var header = (await File.ReadAllTextAsync(host.Folder.Of("input", $"{id}-H"))).Split('\n');
        Assert.Equal($"{id}-H", header[0]);
        Assert.Contains("<a@elsewhere.test>", header);
        Assert.Contains("b@mydomain.com", header);
        Assert.Contains(header, line => line.EndsWith(" Subject: x", StringComparison.Ordinal));
    }
}
