using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Node.CommandLine;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;

namespace Pipeline.Node.Tests.CommandLine;

public sealed class StoreCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("store-command-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Store_that_was_made_is_whole_and_can_be_copied_once()
    {
        Assert.Equal((ExitCodes.Success, $"spool {_folder}/a: ready\n", ""), await RunAsync("store", "migrate", "--store", $"sqlite:{_folder}/a"));

        var (code, output, _) = await RunAsync("store", "check", "--store", $"sqlite:{_folder}/a");
        Assert.Equal(ExitCodes.Success, code);
        Assert.Contains("0 messages, 0 journal rows, 0 retry hints, 0 faults", output, StringComparison.Ordinal);

        (code, output, _) = await RunAsync("store", "copy", "--from", $"sqlite:{_folder}/a", "--to", $"sqlite:{_folder}/b");
        Assert.Equal(ExitCodes.Success, code);
        Assert.Contains("messages     0 in the source, 0 copied, 0 there before, 0 in the target now", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_that_is_in_use_or_not_there_is_refused_with_the_reason()
    {
        var (code, _, errors) = await RunAsync("store", "check", "--store", $"sqlite:{_folder}/none");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("there is no spool", errors, StringComparison.Ordinal);

        await using var node = await SqliteMessageStore.OpenAsync(new SqliteStoreOptions { Directory = $"{_folder}/a" }, NullLogger.Instance, default);
        (code, _, errors) = await RunAsync("store", "copy", "--from", $"sqlite:{_folder}/a", "--to", $"sqlite:{_folder}/b");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.NotEmpty(errors);
        Assert.Equal(ExitCodes.Success, (await RunAsync("store", "check", "--store", $"sqlite:{_folder}/a")).Code);
    }

    [Fact]
    public async Task Copy_into_a_store_that_is_not_empty_needs_to_be_asked_for()
    {
        await using (var target = await SqliteMessageStore.OpenAsync(new SqliteStoreOptions { Directory = $"{_folder}/b" }, NullLogger.Instance, default))
        {
            await target.PutRetryHintAsync(
                "T:mx", new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, TimeSpan.Zero, "x"), default);
        }

        await RunAsync("store", "migrate", "--store", $"sqlite:{_folder}/a");
        string[] copy = ["store", "copy", "--from", $"sqlite:{_folder}/a", "--to", $"sqlite:{_folder}/b"];

        var (code, _, errors) = await RunAsync(copy);
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("not empty", errors, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, (await RunAsync([.. copy, "--merge"])).Code);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLineEntry.CreateRoot().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
