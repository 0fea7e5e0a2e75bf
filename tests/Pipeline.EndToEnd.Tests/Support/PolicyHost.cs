using System.CommandLine;
using System.Runtime.Versioning;
using System.Text;
using Pipeline.EndToEnd.Tests.Sessions;
using Pipeline.Node.CommandLine;
using Pipeline.Node.CommandLine.Exim;

namespace Pipeline.EndToEnd.Tests.Support;

/// <summary>A configuration in a folder of its own, and what the program makes of it.</summary>
[UnsupportedOSPlatform("windows")]
internal class PolicyHost : IDisposable
{
    private readonly string _zone;

    /// <param name="policy">The configuration; <c>FOLDER</c> stands for the folder.</param>
    /// <param name="zone">Records that DNS has, in JSON.</param>
    public PolicyHost(string policy, string zone = "{}")
    {
        _zone = zone;
        Policy = policy.Replace("FOLDER", Folder.Path, StringComparison.Ordinal);
        Folder.Write("main.conf", Policy);
        Folder.Write("zone.json", zone);
        Folder.Write("node.json", $$$"""{"Dns":{"ZoneFile":"{{{Folder.Of("zone.json")}}}"}}""");
    }

    public Folder Folder { get; } = new();

    public string Policy { get; }

    public Task<TestNode> StartAsync() => TestNode.StartAsync(Folder, Policy, _zone);

    /// <summary>What <c>config check</c> says: its exit code, what it lists without the last line, and its errors.</summary>
    public async Task<(int Code, IReadOnlyList<string> Listed, string Errors)> CheckAsync()
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandLineEntry.CreateRoot().Parse(["config", "check", Folder.Of("main.conf")])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        var lines = output.ToString().TrimEnd().Split('\n');
        return (code, [.. lines.SkipLast(1)], errors.ToString());
    }

    /// <summary>How addresses are routed, without the lines about hosts: for each, <c>address: router -> transport</c>, or what stands behind the address.</summary>
    public async Task<string> RouteAsync(params string[] arguments)
    {
        var (output, errors) = await RunAsync("", ["-bt", .. arguments]);
        Assert.Equal("", errors);
        return output.TrimEnd();
    }

    /// <summary>Holds a session by <c>-bh</c> and compares the reply to each line with how it is to begin; null for a line without one.</summary>
    /// <returns>What went to the error output.</returns>
    public async Task<string> HoldAsync(string client, IReadOnlyList<(string Said, string? Reply)> lines, params string[] options)
    {
        var session = new TestedSession("", client, [.. lines.Select(line => line.Said)], []);
        var (output, errors) = await RunAsync(session.Input, [.. options, "-bh", client]);
        Assert.DoesNotContain("taint", errors, StringComparison.Ordinal);
        var replies = session.Align(Replies.Of(output));
        for (var i = 0; i < lines.Count; i++)
        {
            var (said, expected) = lines[i];
            Assert.True(
                expected is null ? replies[i + 1] is null : replies[i + 1]?.StartsWith(expected, StringComparison.Ordinal) == true,
                $"{said}: expected {expected}, got {replies[i + 1]}\n{errors}");
        }

        return errors;
    }

    public void Dispose() => Folder.Dispose();

    /// <summary>Runs the program as Exim is run.</summary>
    public async Task<(string Output, string Errors)> RunAsync(string input, params string[] arguments)
    {
        using var output = new MemoryStream();
        await using var errors = new StringWriter();
        using var read = new MemoryStream(Encoding.Latin1.GetBytes(input));
        await EximProgram.RunAsync(
            ["-C", Folder.Of("main.conf"), "--node", Folder.Of("node.json"), .. arguments],
            null,
            new EximStreams(read, output, errors),
            TimeProvider.System,
            CancellationToken.None);
        return (Encoding.Latin1.GetString(output.ToArray()), errors.ToString());
    }
}
