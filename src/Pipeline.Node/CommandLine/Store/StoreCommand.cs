using System.CommandLine;
using Pipeline.Storage.Archive;

namespace Pipeline.Node.CommandLine.Store;

/// <summary>The commands <c>store migrate</c>, <c>store check</c> and <c>store copy</c>.</summary>
internal static class StoreCommand
{
    private const string Forms = "sqlite:FOLDER, or a PostgreSQL connection string (Host=…;Username=…;Database=…)";

    public static Command Create() => new("store", "Look after a store as a whole") { Migrate(), Check(), Copy() };

    private static Command Migrate()
    {
        var (common, store) = (new CommonOptions(), StoreOption());
        var command = new Command("migrate", "Bring a store to the schema of this version; make it when it is not there") { store };
        common.AddTo(command);
        command.SetAction((parsed, token) => RunAsync(parsed, async (output, cancellationToken) =>
        {
            if (Location(common, store, parsed) is not { } location)
            {
                return ExitCodes.Unusable;
            }

            var name = await StoreLocation.MigrateAsync(location, cancellationToken);
            await output.WriteLineAsync($"{name}: ready");
            return ExitCodes.Success;
        }, token));
        return command;
    }

    private static Command Check()
    {
        var (common, store) = (new CommonOptions(), StoreOption());
        var command = new Command("check", "Look whether a store is whole: bodies, journals, claims") { store };
        common.AddTo(command);
        command.SetAction((parsed, token) => RunAsync(parsed, async (output, cancellationToken) =>
        {
            if (Location(common, store, parsed) is not { } location)
            {
                return ExitCodes.Unusable;
            }

            await using var archive = await StoreLocation.OpenToReadAsync(location, cancellationToken);
            var findings = await StoreCheck.RunAsync(archive, cancellationToken);
            foreach (var finding in findings)
            {
                await output.WriteLineAsync(finding);
            }

            var counts = await archive.CountAsync(cancellationToken);
            await output.WriteLineAsync(
                $"{archive.Name}: {counts.Messages} messages, {counts.JournalRows} journal rows, {counts.Hints} retry hints, {findings.Count} faults");
            return findings.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
        }, token));
        return command;
    }

    private static Command Copy()
    {
        var from = new Option<string>("--from") { Description = "The store to copy: " + Forms, Required = true };
        var to = new Option<string>("--to") { Description = "The store to copy into", Required = true };
        var merge = new Option<bool>("--merge") { Description = "Copy into a store that is not empty, or continue a copy; what is there already stays as it is" };
        var command = new Command("copy", "Copy queue, journals and retry hints into another store; no node may run on either") { from, to, merge };
        command.SetAction((parsed, token) => RunAsync(parsed, async (output, cancellationToken) =>
        {
            await using var source = await StoreLocation.OpenToCopyFromAsync(parsed.GetValue(from)!, cancellationToken);
            await using var target = await StoreLocation.OpenToCopyIntoAsync(parsed.GetValue(to)!, cancellationToken);
            if (!parsed.GetValue(merge) && !(await target.CountAsync(cancellationToken)).IsEmpty)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    $"{target.Name} is not empty: with --merge what is not there yet is added, which also continues a copy that was cut short");
                return ExitCodes.Failure;
            }

            var report = await StoreCopy.RunAsync(source, target, cancellationToken);
            await output.WriteLineAsync($"{source.Name} -> {target.Name}");
            await PrintAsync(output, "messages", report.Source.Messages, report.Copied.Messages, report.Target.Messages);
            await PrintAsync(output, "journal rows", report.Source.JournalRows, report.Copied.JournalRows, report.Target.JournalRows);
            await PrintAsync(output, "retry hints", report.Source.Hints, report.Copied.Hints, report.Target.Hints);
            return ExitCodes.Success;
        }, token));
        return command;
    }

    private static Task PrintAsync(TextWriter output, string what, long source, long copied, long target) =>
        output.WriteLineAsync($"{what,-12} {source} in the source, {copied} copied, {source - copied} there before, {target} in the target now");

    private static Option<string?> StoreOption() => new("--store") { Description = $"{Forms}; default: the store that the configuration leads to" };

    /// <returns>Null when the configuration has problems, which have been printed.</returns>
    private static string? Location(CommonOptions common, Option<string?> store, ParseResult parsed)
    {
        if (parsed.GetValue(store) is { } given)
        {
            return given;
        }

        var choice = common.Read(parsed);
        return choice?.Settings.Cluster is { } cluster ? cluster.Database
            : choice?.StoreDirectory(parsed.InvocationConfiguration.Error) is { } folder ? "sqlite:" + folder
            : null;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Func<TextWriter, CancellationToken, Task<int>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action(parsed.InvocationConfiguration.Output, cancellationToken);
        }
        catch (IOException error)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(error.Message);
            return ExitCodes.Failure;
        }
    }
}
