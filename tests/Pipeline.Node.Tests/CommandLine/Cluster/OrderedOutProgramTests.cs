using System.Diagnostics;
using Pipeline.Node.CommandLine;
using Pipeline.Storage.Ports.Cluster;
using Pipeline.Storage.TestKit;

namespace Pipeline.Node.Tests.CommandLine.Cluster;

/// <summary>The program itself, put out of its cluster: its exit code tells the service manager not to start it again.</summary>
public sealed class OrderedOutProgramTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [PostgresTheory]
    [InlineData("leave", ClusterEventKind.Left)]
    [InlineData("down", ClusterEventKind.Down)]
    public async Task A_program_that_is_ordered_out_ends_with_code_4(string order, ClusterEventKind end)
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        await fixture.StartAsync("n1");
        await fixture.WriteSettingsAsync("n2");
        using var program = Start(fixture, "n2");
        try
        {
            var errors = program.StandardError.ReadToEndAsync();
            await fixture.SeenAsync(static e => e is { Node: "n2", Kind: ClusterEventKind.Up });

            var ordered = await fixture.RunAsync(order == "down" ? "n1" : "n2", "cluster", order, "n2");

            Assert.Equal((ExitCodes.Success, ""), (ordered.Code, ordered.Errors));
            using var bound = new CancellationTokenSource(Patience);
            await program.WaitForExitAsync(bound.Token);
            Assert.True(program.ExitCode == ExitCodes.OrderedOut, $"exit code {program.ExitCode}\n{await errors}");
            await fixture.SeenAsync(e => e.Node == "n2" && e.Kind == end);
        }
        finally
        {
            if (!program.HasExited)
            {
                program.Kill();
            }
        }
    }

    [PostgresFact]
    public async Task A_program_that_is_too_old_for_the_schema_does_not_start_and_says_why()
    {
        await using var fixture = await ClusterFixture.CreateAsync();
        await fixture.ChangeAsync("INSERT INTO migration (version, form) VALUES (98, 1)");
        await fixture.StartAsync("n1");
        var unread = ClusterForms.Stored.Highest + 1;
        await fixture.ChangeAsync($"INSERT INTO migration (version, form) VALUES (99, {unread})");
        await fixture.WriteSettingsAsync("n2");

        using var program = Start(fixture, "n2");
        var errors = await program.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await program.WaitForExitAsync();

        Assert.Equal(ExitCodes.Unusable, program.ExitCode);
        Assert.Equal(
            $"the database has schema version 99 with stored form {unread}; this program reads forms up to {ClusterForms.Stored.Highest}: use a newer version of the program\n", errors);
        Assert.Equal(ExitCodes.Success, (await fixture.RunAsync("n1", "cluster", "show")).Code);
    }

    private static Process Start(ClusterFixture fixture, string name) => Process.Start(new ProcessStartInfo(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "mailpipeline.dll"), "run", "-C", fixture.Files.ConfigurationFile, "-D", "WORD=word",
            "--node", fixture.Files.Path(name + ".json"), "--listen", "127.0.0.1.0",
        ])
    {
        RedirectStandardError = true,
    })!;
}
