using System.Diagnostics;

namespace Pipeline.Node.Tests.Packaging;

public sealed class RunWithoutDockerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [NeedsProgramFact("openssl")]
    public async Task Steps_of_the_compose_file_take_a_message_through_and_stop_in_good_order()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var script = Process.Start(new ProcessStartInfo(Repository.File("packaging", "run-without-docker.sh"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MAILPIPELINE"] = Path.Combine(AppContext.BaseDirectory, "mailpipeline") },
        })!;
        var output = script.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = script.StandardError.ReadToEndAsync(patience.Token);
        await script.WaitForExitAsync(patience.Token);
        Assert.True(script.ExitCode == 0, await output + await errors);
        Assert.Contains("deliverer-2 is ready", await output, StringComparison.Ordinal);
        Assert.Contains("arrived at the sink", await output, StringComparison.Ordinal);
        Assert.EndsWith("all stopped in good order\n", await output, StringComparison.Ordinal);
    }
}
