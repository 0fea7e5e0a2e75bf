using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.CommandLine.Config;

/// <summary>The command <c>config history</c>: which policies there were, newest first.</summary>
internal static class HistoryCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var limit = new Option<int>("--limit") { Description = "How many at the most", DefaultValueFactory = _ => 50 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is not (> 0 and <= 10_000))
            {
                result.AddError("--limit is from 1 to 10000");
            }
        });
        var command = new Command("history", "List the policies that were published, newest first") { limit };
        common.AddTo(command, json: true);
        command.SetAction((parsed, token) => RegistryAccess.ReadAsync(common, parsed, async (registry, cancellationToken) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            foreach (var record in await registry.ReadHistoryAsync(parsed.GetValue(limit), cancellationToken))
            {
                await output.WriteLineAsync(parsed.GetValue(common.Json)
                    ? JsonSerializer.Serialize(ConfigJson.Of(record), ConfigJsonContext.Default.PolicyRecordJson)
                    : Line(record));
            }

            return ExitCodes.Success;
        }, token));
        return command;
    }

    /// <summary>One line: number, time, digest, who, and why.</summary>
    public static string Line(PolicyRecord record) => string.Create(
        CultureInfo.InvariantCulture,
        $"{record.Number,6}  {record.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {record.Digest[..12]}  {record.By}{Restored(record)}{(record.Note is null ? "" : $"  {record.Note.ReplaceLineEndings(" ")}")}");

    private static string Restored(PolicyRecord record) =>
        record.RestoredFrom is { } from ? string.Create(CultureInfo.InvariantCulture, $"  [back to {from}]") : "";
}
